"""Draw the exercise pictures: one SVG and one PNG for the start and the end of every exercise.

The pictures are ours and language-free: a figure on a mat, seen from the side (once from above), and an
orange arrow for the direction of movement. They are made for a phone, so they stay legible at 320 px wide.
Lengths are SVG user units, which are the pixels of the 640 x 400 PNG; y grows downwards.

Run `python tools/draw_exercises.py` after a change. It needs `rsvg-convert` (Debian: librsvg2-bin).
"""

from __future__ import annotations

import argparse
import math
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

WIDTH, HEIGHT = 640, 400
FLOOR = 330.0
ARM, LEG = 63.0, 95.0  # length of one of the two segments of a limb

PAPER, MAT, MAT_EDGE = "#faf7f1", "#bfdcd6", "#8fbfb6"
SHIRT, TROUSERS, TROUSERS_FAR = "#2f7f8f", "#27405c", "#8598ad"
SKIN, SKIN_FAR, HAIR, ARROW, GHOST = "#e3a57f", "#f0cdb6", "#5b3a29", "#e8590c", "#7a8a94"

PICTURES = Path(__file__).resolve().parent.parent / "content" / "exercises" / "pictures"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture."""

    x: float
    y: float

    def moved(self, dx: float, dy: float) -> Point:
        """The place dx to the right and dy further down."""
        return Point(self.x + dx, self.y + dy)

    def towards(self, degrees: float, length: float) -> Point:
        """The place `length` away; 0 degrees is to the right, 90 is up."""
        turn = math.radians(degrees)
        return Point(self.x + length * math.cos(turn), self.y - length * math.sin(turn))

    def __str__(self) -> str:
        return f"{self.x:.1f} {self.y:.1f}"


@dataclass(frozen=True, slots=True)
class Limb:
    """An arm or a leg: where it starts, its joint, its end, and for a leg the toes."""

    root: Point
    joint: Point
    end: Point
    toes: Point | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A person from the side. The far limbs are drawn first and paler."""

    head: Point
    face: float  # degrees in which the nose points
    spine: tuple[Point, Point, Point]  # shoulder, middle (control point of a curve), hip
    near_arm: Limb
    far_arm: Limb
    near_leg: Limb
    far_leg: Limb
    belly: float = 0.0  # how far the belly stands out, for the one exercise that is about it


def joint_between(root: Point, end: Point, segment: float, bend: int) -> Point:
    """The elbow or knee of a limb with two equal segments; `bend` +1 lies left of root-to-end, -1 right."""
    dx, dy = end.x - root.x, end.y - root.y
    reach = max(math.hypot(dx, dy), 1.0)
    height = math.sqrt(max(segment**2 - (reach / 2) ** 2, 0.0))
    middle = Point((root.x + end.x) / 2, (root.y + end.y) / 2)
    return middle.moved(bend * height * dy / reach, -bend * height * dx / reach)


def arm(shoulder: Point, hand: Point, bend: int = 1) -> Limb:
    """An arm that reaches for a place."""
    return Limb(shoulder, joint_between(shoulder, hand, ARM, bend), hand)


def leg(hip: Point, ankle: Point, toes: tuple[float, float], bend: int = 1) -> Limb:
    """A leg that reaches for a place; `toes` is where they are from the ankle."""
    return Limb(hip, joint_between(hip, ankle, LEG, bend), ankle, ankle.moved(*toes))


def straight_leg(hip: Point, degrees: float, toes: tuple[float, float]) -> Limb:
    """A leg stretched out in one direction."""
    ankle = hip.towards(degrees, 2 * LEG)
    return Limb(hip, hip.towards(degrees, LEG), ankle, ankle.moved(*toes))


# --- lines and shapes -------------------------------------------------------------------------------


def line(points: Iterable[Point], colour: str, width: float) -> str:
    """A thick line with round ends, with a thin pale rim that lifts it off what lies behind."""
    path = "M " + " L ".join(str(point) for point in points)
    return stroke(path, PAPER, width + 5) + stroke(path, colour, width)


def stroke(path: str, colour: str, width: float, extra: str = "") -> str:
    """One stroked path."""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{extra}/>\n'
    )


def circle(centre: Point, radius: float, colour: str) -> str:
    """A filled circle."""
    return f'<circle cx="{centre.x:.1f}" cy="{centre.y:.1f}" r="{radius:g}" fill="{colour}"/>\n'


def arrow(start: Point, end: Point, curve: float = 0.0) -> str:
    """An arrow of movement; `curve` bends it sideways by so many pixels."""
    reach = math.hypot(end.x - start.x, end.y - start.y)
    across = Point((end.y - start.y) / reach, -(end.x - start.x) / reach)
    middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    control = middle.moved(2 * curve * across.x, 2 * curve * across.y)
    heading = math.degrees(math.atan2(control.y - end.y, end.x - control.x))
    shaft = stroke(f"M {start} Q {control} {end.towards(heading + 180, 12)}", ARROW, 11)
    head = [end.towards(heading, 14), end.towards(heading + 130, 24), end.towards(heading - 130, 24)]
    corners = " ".join(f"{point.x:.1f},{point.y:.1f}" for point in head)
    return shaft + f'<polygon points="{corners}" fill="{ARROW}"/>\n'


def mat() -> str:
    """The mat from the side."""
    return (
        f'<rect x="30" y="{FLOOR:g}" width="580" height="14" rx="7" fill="{MAT}" '
        f'stroke="{MAT_EDGE}" stroke-width="2"/>\n'
    )


def picture(body: str) -> str:
    """A whole SVG file."""
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">\n{paper}\n{body}</svg>\n'
    )


# --- the figure -------------------------------------------------------------------------------------


def draw_leg(limb: Limb, colour: str, skin: str) -> str:
    """A trouser leg and a bare foot."""
    foot = line([limb.end, limb.toes], skin, 18) if limb.toes else ""
    return foot + line([limb.root, limb.joint, limb.end], colour, 32)


def draw_arm(limb: Limb, skin: str) -> str:
    """A bare arm and a hand."""
    return line([limb.root, limb.joint, limb.end], skin, 22) + circle(limb.end, 14, skin)


def draw_head(centre: Point, face: float) -> str:
    """A head with hair at the back and a nose, so that one sees which way it looks."""
    back = face + 180
    hair = stroke(
        f"M {centre.towards(back - 80, 27)} A 27 27 0 0 0 {centre.towards(back + 80, 27)}", HAIR, 12
    )
    return circle(centre, 30, SKIN) + circle(centre.towards(face, 30), 7, SKIN) + hair


def draw_torso(figure: Figure) -> str:
    """Shirt along the spine, and the belly if the picture needs one."""
    shoulder, middle, hip = figure.spine
    path = f"M {shoulder} Q {middle} {hip}"
    shirt = stroke(path, PAPER, 58) + stroke(path, SHIRT, 53)
    if not figure.belly:
        return shirt
    return shirt + (
        f'<ellipse cx="{middle.x + 22:.1f}" cy="{middle.y - 18:.1f}" rx="56" ry="{figure.belly:g}" '
        f'fill="{SHIRT}"/>\n'
    )


def draw(figure: Figure) -> str:
    """The whole figure on its mat, from the far side to the near side."""
    shoulder = figure.spine[0]
    neck = line([shoulder, figure.head], SKIN, 24)
    return "".join(
        [
            mat(),
            draw_leg(figure.far_leg, TROUSERS_FAR, SKIN_FAR),
            draw_arm(figure.far_arm, SKIN_FAR),
            neck,
            draw_head(figure.head, figure.face),
            draw_torso(figure),
            circle(figure.spine[2], 26, TROUSERS),
            draw_leg(figure.near_leg, TROUSERS, SKIN),
            draw_arm(figure.near_arm, SKIN),
        ]
    )


# --- positions --------------------------------------------------------------------------------------

ON_BACK_HIP, ON_BACK_SHOULDER = Point(345, 303), Point(195, 303)
KNEELING_HIP, KNEELING_SHOULDER = Point(385, 219), Point(225, 200)
TOES_RIGHT = (30.0, 4.0)


def on_back(hip: Point = ON_BACK_HIP, ankle_x: float = 440.0) -> Figure:
    """On the back, knees bent, arms beside the body."""
    shoulder = ON_BACK_SHOULDER
    middle = Point((shoulder.x + hip.x) / 2, (shoulder.y + hip.y) / 2)
    near = leg(hip, Point(ankle_x, 312), TOES_RIGHT)
    far = leg(hip, Point(ankle_x + 22, 312), TOES_RIGHT)
    hand = Point(312, 317)
    return Figure(
        Point(133, 298), 90, (shoulder, middle, hip), arm(shoulder, hand), arm(shoulder, hand), near, far
    )


def bridge_up() -> Figure:
    """Shoulders on the mat, hips up: shoulders, hips and knees in one line."""
    return on_back(hip=ON_BACK_SHOULDER.towards(19, 150), ankle_x=450)


def on_front() -> Figure:
    """On the front, legs straight, arms stretched beyond the head."""
    shoulder, hip = Point(225, 304), Point(375, 304)
    near = Limb(shoulder, Point(160, 314), Point(95, 316))
    far = Limb(shoulder, Point(160, 310), Point(85, 310))
    straight = straight_leg(hip, -2, (26, 8))
    return Figure(Point(164, 290), 235, (shoulder, Point(300, 304), hip), near, far, straight, straight)


def on_hands_and_knees() -> Figure:
    """On hands and knees, back level, looking at the mat."""
    shoulder, hip = KNEELING_SHOULDER, KNEELING_HIP
    near_leg = Limb(hip, hip.moved(0, 94), hip.moved(96, 100), hip.moved(112, 92))
    far_leg = Limb(hip, hip.moved(22, 94), hip.moved(116, 100), hip.moved(132, 92))
    near_arm = Limb(shoulder, shoulder.moved(3, 58), shoulder.moved(0, 116))
    far_arm = Limb(shoulder, shoulder.moved(-20, 58), shoulder.moved(-24, 116))
    middle = Point(305, 208)
    return Figure(Point(164, 192), 250, (shoulder, middle, hip), near_arm, far_arm, near_leg, far_leg)


def bent(figure: Figure, middle: Point, head: Point, face: float) -> Figure:
    """The same figure with its back rounded or hollowed."""
    shoulder, _, hip = figure.spine
    return replace(figure, spine=(shoulder, middle, hip), head=head, face=face)


# --- the exercises ----------------------------------------------------------------------------------


def drawing_in_start() -> str:
    """Lying, one hand on a soft belly."""
    figure = on_back()
    return draw(replace(figure, belly=31, near_arm=arm(ON_BACK_SHOULDER, Point(300, 256))))


def drawing_in_end() -> str:
    """The belly drawn in; the dashed line is where it was."""
    figure = on_back()
    before = stroke("M 236 272 A 56 25 0 0 1 348 272", GHOST, 4, ' stroke-dasharray="2 10"')
    hand = arm(ON_BACK_SHOULDER, Point(304, 278))
    return draw(replace(figure, near_arm=hand)) + before + arrow(Point(330, 178), Point(330, 240))


def heel_slide_end() -> str:
    """One heel slid away along the mat."""
    figure = on_back()
    slid = leg(ON_BACK_HIP, Point(528, 312), (16, -22))
    return draw(replace(figure, near_leg=slid)) + arrow(Point(440, 368), Point(540, 368))


def bridge_end() -> str:
    """Hips lifted."""
    return draw(bridge_up()) + arrow(Point(330, 212), Point(330, 162))


def single_leg_bridge_end() -> str:
    """Hips lifted, one leg stretched in line with the body."""
    figure = bridge_up()
    lifted = straight_leg(figure.spine[2], 19, (12, -26))
    return draw(replace(figure, near_leg=lifted)) + arrow(Point(566, 290), Point(566, 222))


def knee_to_chest_end() -> str:
    """One knee drawn towards the chest with the hands."""
    figure = on_back()
    knee = ON_BACK_HIP.towards(128, LEG)
    drawn = Limb(ON_BACK_HIP, knee, knee.towards(-3, LEG), knee.moved(110, -18))
    hands = arm(ON_BACK_SHOULDER, knee.moved(22, 2))
    figure = replace(figure, near_leg=drawn, near_arm=hands)
    return draw(figure) + arrow(Point(352, 174), Point(274, 178), -14)


def prone_arm_leg_end() -> str:
    """One leg and the opposite arm a little off the mat."""
    figure = on_front()
    shoulder, _, hip = figure.spine
    up = replace(
        figure,
        near_leg=straight_leg(hip, 10, (28, 0)),
        far_arm=Limb(shoulder, shoulder.towards(162, 68), shoulder.towards(162, 140)),
    )
    return draw(up) + arrow(Point(556, 232), Point(556, 190)) + arrow(Point(92, 230), Point(92, 188))


def cat_camel_start() -> str:
    """Back rounded towards the ceiling."""
    figure = bent(on_hands_and_knees(), Point(305, 98), Point(168, 238), 270)
    return draw(figure) + arrow(Point(305, 106), Point(305, 56))


def cat_camel_end() -> str:
    """Back hollowed, head up."""
    figure = bent(on_hands_and_knees(), Point(305, 290), Point(172, 160), 200)
    return draw(figure) + arrow(Point(305, 158), Point(305, 208))


def four_point_leg_lift_end() -> str:
    """On hands and knees, one leg stretched back."""
    figure = on_hands_and_knees()
    lifted = straight_leg(KNEELING_HIP, 3, (8, 28))
    return draw(replace(figure, near_leg=lifted)) + arrow(Point(538, 298), Point(540, 256))


def bird_dog_end() -> str:
    """On hands and knees, one leg back and the opposite arm forward."""
    figure = on_hands_and_knees()
    lifted = straight_leg(KNEELING_HIP, 3, (8, 28))
    reached = Limb(KNEELING_SHOULDER, KNEELING_SHOULDER.towards(165, 72), KNEELING_SHOULDER.towards(168, 150))
    arrows = arrow(Point(538, 298), Point(540, 256)) + arrow(Point(74, 250), Point(68, 206))
    return draw(replace(figure, near_leg=lifted, far_arm=reached)) + arrows


def seen_from_above(lower_knee: Point, lower_foot: Point) -> str:
    """On the back with bent knees, seen from the ceiling; only the lower leg of the picture moves."""
    middle = 200.0
    upper = [Point(352, middle - 28), Point(428, middle - 34), Point(500, middle - 30)]
    lower = [Point(352, middle + 28), lower_knee, lower_foot]
    parts = [
        f'<rect x="40" y="62" width="560" height="276" rx="16" fill="{MAT}" '
        f'stroke="{MAT_EDGE}" stroke-width="3"/>\n'
    ]
    for side in (-1, 1):
        shoulder, hand = Point(206, middle + side * 46), Point(328, middle + side * 84)
        parts.append(draw_arm(Limb(shoulder, Point(262, middle + side * 82), hand), SKIN))
    parts += [leg_from_above(upper), leg_from_above(lower)]
    body = f'<rect x="176" y="{middle - 58:g}" width="184" height="116" rx="40" fill="{SHIRT}"/>\n'
    hips = f'<rect x="318" y="{middle - 54:g}" width="60" height="108" rx="26" fill="{TROUSERS}"/>\n'
    return "".join([*parts, body, hips, head_from_above(Point(134, middle))])


def leg_from_above(points: list[Point]) -> str:
    """A bent leg from above: the knee is nearest to the eye, so it carries a light spot."""
    foot = line([points[2], points[2].moved(26, 0)], SKIN, 20)
    return foot + line(points, TROUSERS, 34) + circle(points[1], 10, TROUSERS_FAR)


def head_from_above(centre: Point) -> str:
    """A face that looks up at the ceiling."""
    hair = stroke(f"M {centre.moved(6, -34)} A 35 35 0 0 0 {centre.moved(6, 34)}", HAIR, 14)
    eyes = circle(centre.moved(4, -12), 4, HAIR) + circle(centre.moved(4, 12), 4, HAIR)
    return line([centre, centre.moved(50, 0)], SKIN, 30) + circle(centre, 36, SKIN) + hair + eyes


def hip_abduction_start() -> str:
    """From above: both knees side by side."""
    return picture(seen_from_above(Point(428, 234), Point(500, 230)))


def hip_abduction_end() -> str:
    """From above: one knee opened half way to the side, the foot stays."""
    moved = seen_from_above(Point(420, 296), Point(500, 240))
    return picture(moved + arrow(Point(428, 200), Point(424, 252)))


def side_view(body: Callable[[], str]) -> Callable[[], str]:
    """A side view as a whole picture."""
    return lambda: picture(body())


def standing_still(figure: Callable[[], Figure]) -> Callable[[], str]:
    """A start position: the figure without an arrow."""
    return lambda: picture(draw(figure()))


DRAWINGS: dict[str, Callable[[], str]] = {
    "drawing_in_start": side_view(drawing_in_start),
    "drawing_in_end": side_view(drawing_in_end),
    "heel_slide_start": standing_still(on_back),
    "heel_slide_end": side_view(heel_slide_end),
    "hip_abduction_start": hip_abduction_start,
    "hip_abduction_end": hip_abduction_end,
    "bridge_start": standing_still(on_back),
    "bridge_end": side_view(bridge_end),
    "single_leg_bridge_start": standing_still(bridge_up),
    "single_leg_bridge_end": side_view(single_leg_bridge_end),
    "knee_to_chest_start": standing_still(on_back),
    "knee_to_chest_end": side_view(knee_to_chest_end),
    "prone_arm_leg_start": standing_still(on_front),
    "prone_arm_leg_end": side_view(prone_arm_leg_end),
    "cat_camel_start": side_view(cat_camel_start),
    "cat_camel_end": side_view(cat_camel_end),
    "four_point_leg_lift_start": standing_still(on_hands_and_knees),
    "four_point_leg_lift_end": side_view(four_point_leg_lift_end),
    "bird_dog_start": standing_still(on_hands_and_knees),
    "bird_dog_end": side_view(bird_dog_end),
}


def write_picture(folder: Path, name: str, svg: str) -> None:
    """Write one SVG and the PNG made from it."""
    source = folder / f"{name}.svg"
    source.write_text(svg, encoding="utf-8")
    size = ["--width", str(WIDTH), "--height", str(HEIGHT)]
    target = ["--output", str(source.with_suffix(".png"))]
    subprocess.run(["rsvg-convert", *size, *target, str(source)], check=True)


def main() -> None:
    """Draw every picture into the pack, or into the folder given."""
    parser = argparse.ArgumentParser(description="Draw the exercise pictures.")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder for the SVG and PNG files")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in DRAWINGS.items():
        write_picture(folder, name, drawing())
    print(f"{len(DRAWINGS)} pictures drawn in {folder}")


if __name__ == "__main__":
    main()
