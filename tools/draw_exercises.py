"""Draw the exercise pictures: one SVG and one PNG for the start and the end of every exercise.

The pictures are ours and language-free: a figure on a mat, seen from the side, or, where that hides the
knees, from the front or from beyond the feet, and an orange arrow for the direction of movement. They are made
for a phone, so they stay legible at 320 px wide.
Lengths are SVG user units, which are the pixels of the 640 x 400 PNG; y grows downwards.

A position that is taller than the picture (standing, sitting) is drawn at its own scale inside a group.

Run `python tools/draw_exercises.py` after a change; it needs Pillow (which comes with matplotlib) and nothing else.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from raster import pixels

WIDTH, HEIGHT = 640, 400
FLOOR = 330.0
ARM, LEG = 63.0, 95.0  # length of one of the two segments of a limb

PAPER, MAT, MAT_EDGE = "#faf7f1", "#bfdcd6", "#8fbfb6"
SHIRT, TROUSERS, TROUSERS_FAR = "#2f7f8f", "#27405c", "#8598ad"
WOOD, WOOD_DARK, CUSHION, TOWEL = "#c9a77c", "#a98658", "#e7c86e", "#d9786b"
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
KNEELING_HIP, KNEELING_SHOULDER = Point(385, 212), Point(225, 205)
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
    near_leg = Limb(hip, hip.moved(0, 100), hip.moved(94, 104), hip.moved(118, 110))
    far_leg = Limb(hip, hip.moved(22, 100), hip.moved(114, 104), hip.moved(138, 110))
    near_arm = Limb(shoulder, shoulder.moved(2, 56), shoulder.moved(0, 111))
    far_arm = Limb(shoulder, shoulder.moved(-18, 56), shoulder.moved(-24, 111))
    middle = Point(305, 206)
    return Figure(Point(162, 206), 255, (shoulder, middle, hip), near_arm, far_arm, near_leg, far_leg)


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
    figure = bent(on_hands_and_knees(), Point(312, 128), Point(174, 248), 285)
    return draw(figure) + arrow(Point(308, 118), Point(308, 68))


def cat_camel_end() -> str:
    """Back hollowed, head up."""
    figure = bent(on_hands_and_knees(), Point(308, 266), Point(168, 178), 205)
    return draw(figure) + arrow(Point(308, 134), Point(308, 184))


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


FEET_HIP = 118.0  # how far the hips lie from the heels
FEET_REACH = 92.0  # how far a bent knee is from the line between the two


def seen_from_feet(x: float, away: float, up: float) -> Point:
    """A place on a mat that leads away from us: x to the right, `away` from the heels, `up` from the floor."""
    return Point(320 + x, 356 - 0.55 * away - 0.84 * up)


def mat_from_feet() -> str:
    """The mat, narrower where it is further away."""
    return surface("96,392 544,392 476,64 164,64", "104,388 536,388 471,68 169,68")


def surface(edge: str, inside: str) -> str:
    """A mat that one looks down on: the corners of its edge and of what lies inside."""
    return f'<polygon points="{edge}" fill="{MAT_EDGE}"/>\n<polygon points="{inside}" fill="{MAT}"/>\n'


def knee_from_feet(side: int, lean: float) -> list[Point]:
    """One bent leg (side -1 left in the picture, +1 right): hip, knee, heel, toes. `lean`: degrees, - is left."""
    turn, x = math.radians(lean), side * 38.0
    hip, heel = seen_from_feet(side * 32.0, FEET_HIP, 24), seen_from_feet(x, 0, 14)
    knee = seen_from_feet(x + FEET_REACH * math.sin(turn), 0.48 * FEET_HIP, 16 + FEET_REACH * math.cos(turn))
    return [hip, knee, heel, seen_from_feet(x + side * 5, -24, 14)]


def lying_from_feet(left: float, right: float) -> str:
    """On the back with both knees up, seen from beyond the feet; each knee leans so many degrees."""
    legs = [knee_from_feet(-1, left), knee_from_feet(1, right)]
    head = seen_from_feet(0, 372, 26)
    places = ((62, 292, 24), (100, 222, 12), (118, 150, 8))      # shoulder, elbow, hand
    arms = [draw_arm(Limb(*(seen_from_feet(side * x, y, up) for x, y, up in places)), SKIN) for side in (-1, 1)]
    top, bottom = seen_from_feet(0, 312, 40).y, seen_from_feet(0, 96, 24).y
    shirt = f'<rect x="252" y="{top:.1f}" width="136" height="{bottom - top:.1f}" rx="44" fill="{SHIRT}"/>\n'
    hips = f'<rect x="268" y="{bottom - 44:.1f}" width="104" height="54" rx="26" fill="{TROUSERS}"/>\n'
    nearer = sorted(legs, key=lambda points: points[1].y)
    return "".join([mat_from_feet(), *arms, head_from_feet(head), shirt, hips, *map(leg_from_feet, nearer)])


def leg_from_feet(points: list[Point]) -> str:
    """Thigh first and paler, because it lies behind the shin; the sole of the foot is nearest to us."""
    hip, knee, heel, toes = points
    return line([hip, knee], TROUSERS_FAR, 36) + line([heel, toes], SKIN, 22) + line([knee, heel], TROUSERS, 34)


def head_from_feet(centre: Point) -> str:
    """A head beyond the chest: the chin is nearest to us, the hair furthest away."""
    hair = stroke(f"M {centre.moved(-31, -8)} A 32 32 0 0 1 {centre.moved(31, -8)}", HAIR, 14)
    eyes = circle(centre.moved(-11, -6), 4, HAIR) + circle(centre.moved(11, -6), 4, HAIR)
    return line([centre, centre.moved(0, 44)], SKIN, 28) + circle(centre, 33, SKIN) + hair + eyes


def knees_up_start() -> str:
    """From the feet: both knees up, side by side."""
    return picture(lying_from_feet(0, 0))


def hip_abduction_end() -> str:
    """From the feet: one knee opened half way to the side, the foot and the other knee stay."""
    return picture(lying_from_feet(-52, 0) + arrow(Point(250, 188), Point(186, 236), -16))


# --- furniture and small things -----------------------------------------------------------------------


def chair(seat: Point, depth: float, floor: float, back: float = 0.0) -> str:
    """A chair from the side: the front edge of its seat is at `seat`, it stands to the right; `back` is how high."""
    tops = (seat.moved(6, 8), seat.moved(depth - 6, 8))
    legs = "".join(stroke(f"M {top} L {Point(top.x, floor - 4)}", WOOD_DARK, 9) for top in tops)
    rest = stroke(f"M {seat.moved(depth - 6, 0)} L {seat.moved(depth + 6, -back)}", WOOD, 13) if back else ""
    return legs + rest + stroke(f"M {seat.moved(4, 6)} L {seat.moved(depth - 4, 6)}", WOOD, 15)


def cushion(centre: Point, rx: float, ry: float) -> str:
    """A cushion."""
    return f'<ellipse cx="{centre.x:.1f}" cy="{centre.y:.1f}" rx="{rx:g}" ry="{ry:g}" fill="{CUSHION}"/>\n'


def upright(body: str) -> str:
    """A tall drawing in units of its own: its floor is y = 500, and it becomes seven tenths as large."""
    return f'<g transform="translate(96 -23) scale(0.7)">\n{body}</g>\n'


def layers(figure: Figure, behind: str = "", ground: str | None = None) -> str:
    """The figure with something standing behind it, on the mat or on a ground of its own."""
    drawn = draw(figure).removeprefix(mat())
    return (mat() if ground is None else ground) + behind + drawn


# --- on the back: pelvis, toes, trunk, towel -------------------------------------------------------------


def pelvic_tilt_start() -> str:
    """On the back, a small hollow under the waist."""
    figure = on_back()
    return draw(bent(figure, Point(286, 272), figure.head, figure.face))


def pelvic_tilt_end() -> str:
    """The waist lowered onto the mat, the pelvis tipped; the dashed line is where the back was."""
    before = stroke("M 232 272 Q 286 242 334 274", GHOST, 4, ' stroke-dasharray="2 10"')
    turn = arrow(Point(384, 268), Point(332, 232), -16)
    return draw(on_back()) + before + arrow(Point(268, 190), Point(268, 236)) + turn


def legs_up(hip: Point) -> tuple[Limb, Limb]:
    """Both legs in the air, thighs upright and shins level."""
    near = Limb(hip, hip.towards(88, LEG), hip.towards(88, LEG).moved(92, 2), hip.towards(88, LEG).moved(112, -20))
    far = Limb(hip, hip.towards(78, LEG), hip.towards(78, LEG).moved(90, 2), hip.towards(78, LEG).moved(110, -20))
    return near, far


def table_legs() -> Figure:
    """On the back with both legs in the air, bent like a chair that has fallen over."""
    near, far = legs_up(ON_BACK_HIP)
    return replace(on_back(), near_leg=near, far_leg=far)


def toe_tap_end() -> str:
    """The near foot has gone down until the toes touch the mat, the knee bent as before."""
    knee = ON_BACK_HIP.towards(42, LEG)
    ankle = knee.towards(-66, 64)
    tapping = Limb(ON_BACK_HIP, knee, ankle, ankle.moved(20, 12))
    return draw(replace(table_legs(), near_leg=tapping)) + arrow(Point(492, 216), Point(486, 288), 14)


def curl_base() -> Figure:
    """On the back, one leg long and one knee up, the hands under the waist."""
    under = arm(ON_BACK_SHOULDER, Point(290, 318))
    long_leg = straight_leg(ON_BACK_HIP, -2, (10, -26))
    return replace(on_back(), near_leg=long_leg, near_arm=under, far_arm=under)


def curl_up_end() -> str:
    """Head and shoulders a little off the mat, the neck long."""
    figure = curl_base()
    shoulder = Point(200, 288)
    raised = replace(
        figure, head=Point(142, 268), face=74, spine=(shoulder, Point(268, 306), ON_BACK_HIP),
        near_arm=arm(shoulder, Point(290, 316)), far_arm=arm(shoulder, Point(290, 316)),
    )
    return draw(raised) + arrow(Point(92, 274), Point(94, 218), -6)


def towel_leg(ankle: Point) -> Figure:
    """On the back, one foot in a towel that the hands hold."""
    bend = leg(ON_BACK_HIP, ankle, (-4, -26))
    hands = arm(ON_BACK_SHOULDER, Point(262, 226), -1)
    far = straight_leg(ON_BACK_HIP, -2, (10, -26))
    return replace(on_back(), near_leg=bend, near_arm=hands, far_arm=hands, far_leg=far)


def with_towel(figure: Figure) -> str:
    """The figure, and the towel from the hand around the sole and back."""
    foot = figure.near_leg.toes or figure.near_leg.end
    hand = figure.near_arm.end
    towel = stroke(f"M {hand} L {foot.moved(-4, -6)} L {foot.moved(14, 10)}", TOWEL, 9)
    return draw(figure) + towel + circle(hand, 14, SKIN)


def hamstring_towel_start() -> str:
    """The knee over the hip, the shin hanging a little, the towel around the foot."""
    return with_towel(towel_leg(ON_BACK_HIP.towards(90, LEG).moved(76, -52)))


def hamstring_towel_end() -> str:
    """The knee almost straight, the foot towards the ceiling."""
    return with_towel(towel_leg(ON_BACK_HIP.towards(78, 186))) + arrow(Point(470, 168), Point(432, 108), 10)


def legs_on_chair_start() -> str:
    """On the back before a chair, feet on the floor."""
    return layers(on_back(ankle_x=428), chair(Point(484, 236), 104, FLOOR, 110))


def legs_on_chair_end() -> str:
    """The lower legs lie on the seat, hips and knees bent."""
    seat = Point(392, 236)
    near = Limb(ON_BACK_HIP, Point(372, 212), Point(466, 214), Point(474, 190))
    far = Limb(ON_BACK_HIP, Point(384, 208), Point(480, 214), Point(488, 190))
    rest = replace(on_back(), near_leg=near, far_leg=far)
    return layers(rest, chair(seat, 112, FLOOR, 110)) + arrow(Point(440, 176), Point(440, 124))


# --- on the front ---------------------------------------------------------------------------------------


def arms_along() -> Figure:
    """On the front, forehead down, the arms beside the body."""
    figure = on_front()
    shoulder = figure.spine[0]
    along = Limb(shoulder, shoulder.moved(62, 12), shoulder.moved(124, 12))
    return replace(figure, head=Point(166, 296), face=262, near_arm=along, far_arm=along)


def chest_lift_end() -> str:
    """Breastbone and hands a little off the mat, the eyes still on the floor."""
    figure = arms_along()
    shoulder = Point(229, 280)
    along = Limb(shoulder, shoulder.moved(62, 4), shoulder.moved(124, 12))
    up = replace(
        figure, head=Point(170, 264), face=255, near_arm=along, far_arm=along,
        spine=(shoulder, Point(300, 307), figure.spine[2]),
    )
    return draw(up) + arrow(Point(112, 274), Point(112, 222))


def prone_on_elbows_start() -> str:
    """On the front, the hands beside the head."""
    figure = arms_along()
    shoulder = figure.spine[0]
    folded = Limb(shoulder, shoulder.moved(-8, 14), shoulder.moved(-62, 17))
    return draw(replace(figure, near_arm=folded, far_arm=folded))


def prone_on_elbows_end() -> str:
    """Propped on the forearms, elbows under the shoulders, the hips on the mat."""
    figure = on_front()
    shoulder = Point(246, 250)
    prop = Limb(shoulder, Point(240, 314), Point(176, 317))
    up = replace(
        figure, head=Point(204, 208), face=195, near_arm=prop, far_arm=prop,
        spine=(shoulder, Point(310, 314), figure.spine[2]),
    )
    return draw(up) + arrow(Point(140, 260), Point(140, 204))


# --- kneeling, standing, sitting --------------------------------------------------------------------------


def childs_pose_end() -> str:
    """The seat on the heels, the chest down, the arms long on the mat."""
    knee = Point(370, 312)
    hip = Point(446, 270)
    shoulder = Point(300, 288)
    near = Limb(hip, knee, Point(462, 316), Point(488, 322))
    hand = Limb(shoulder, Point(238, 310), Point(176, 317))
    figure = Figure(Point(248, 292), 250, (shoulder, Point(360, 238), hip), hand, hand, near, near)
    return draw(figure) + arrow(Point(370, 182), Point(450, 204), 12)


def ground_line() -> str:
    """The floor under somebody who stands, in the units of `upright`."""
    return (
        f'<rect x="40" y="500" width="560" height="14" rx="7" fill="{MAT}" stroke="{MAT_EDGE}" stroke-width="2"/>\n'
    )


def standing() -> Figure:
    """Upright, the hands on the hips, looking to the left."""
    hip = Point(320, 290)
    shoulder = hip.moved(-2, -150)
    near = leg(hip, Point(318, 484), (-28, 8), 1)
    far = leg(hip, Point(338, 484), (-28, 8), 1)
    hands = arm(shoulder, Point(308, 242), 1)
    return Figure(shoulder.moved(-6, -62), 180, (shoulder, hip.moved(4, -75), hip), hands, hands, near, far)


def hip_hinge_end() -> str:
    """Bowed from the hips, the back straight, the seat behind the heels."""
    hip = Point(356, 300)
    shoulder = hip.towards(142, 150)
    hands = arm(shoulder, hip.towards(150, 58).moved(10, 24), 1)
    near = leg(hip, Point(318, 484), (-28, 8), 1)
    far = leg(hip, Point(338, 484), (-28, 8), 1)
    middle = Point((hip.x + shoulder.x) / 2, (hip.y + shoulder.y) / 2)
    bow = Figure(shoulder.towards(144, 62), 232, (shoulder, middle, hip), hands, hands, near, far)
    arrows = arrow(Point(420, 262), Point(488, 262)) + arrow(Point(250, 60), Point(160, 96), 14)
    return upright(layers(bow, ground=ground_line()) + arrows)


def sitting(lean: float, hip: Point) -> Figure:
    """On the front half of a chair, feet flat; `lean` is the angle of the trunk, 90 upright."""
    shoulder = hip.towards(lean, 150)
    knee = hip.moved(-94, -4)
    near = Limb(hip, knee, Point(knee.x + 22, 484), Point(knee.x - 6, 492))
    far = Limb(hip, knee.moved(-12, 2), Point(knee.x + 10, 484), Point(knee.x - 18, 492))
    hand = arm(shoulder, shoulder.moved(-104, 62), -1)
    middle = Point((hip.x + shoulder.x) / 2, (hip.y + shoulder.y) / 2)
    return Figure(shoulder.towards(lean + 8, 62), 185, (shoulder, middle, hip), hand, hand, near, far)


def sit_to_stand_start() -> str:
    """Sitting near the front of the chair, leaning a little forward."""
    seat = chair(Point(336, 414), 136, 500, 150)
    return upright(layers(sitting(104, Point(366, 390)), seat, ground_line()))


def sit_to_stand_end() -> str:
    """Standing before the chair."""
    hip = Point(300, 296)
    up = replace(standing(), spine=(hip.moved(-4, -150), hip.moved(2, -75), hip), head=hip.moved(-10, -212))
    hand = arm(hip.moved(-4, -150), hip.moved(-96, -86), -1)
    near, far = leg(hip, Point(294, 484), (-28, 8), 1), leg(hip, Point(282, 484), (-28, 8), 1)
    up = replace(up, near_arm=hand, far_arm=hand, near_leg=near, far_leg=far)
    seat = chair(Point(336, 414), 136, 500, 150)
    return upright(layers(up, seat, ground_line()) + arrow(Point(150, 380), Point(150, 290)))


# --- on the side, seen from the front and a little from above -----------------------------------------------


def wide_mat() -> str:
    """A mat that one looks down on a little."""
    return surface("64,196 576,196 620,364 20,364", "67,199 573,199 614,360 26,360")


def face_towards(centre: Point, up: float) -> str:
    """A face that looks at us; `up` is the direction of the crown."""
    hair = stroke(f"M {centre.towards(up + 80, 27)} A 27 27 0 0 1 {centre.towards(up - 80, 27)}", HAIR, 12)
    eyes = circle(centre.towards(up - 90, 10), 3.5, HAIR) + circle(centre.towards(up + 90, 10), 3.5, HAIR)
    return circle(centre, 30, SKIN) + eyes + hair


SIDE_SHOULDER, SIDE_HIP, SIDE_ANKLE = Point(214, 236), Point(370, 242), Point(500, 250)


def side_leg(knee: Point, ankle: Point = SIDE_ANKLE) -> Limb:
    """One leg of somebody on the side."""
    return Limb(SIDE_HIP, knee, ankle, ankle.moved(22, 14))


LOWER_LEG = Limb(Point(370, 256), Point(440, 334), Point(506, 278), Point(530, 290))


def on_side(near_leg: Limb, between: str = "") -> str:
    """Lying on the side, facing us, head on the lower arm, both knees bent; `between` lies between the legs."""
    shoulder, hip = SIDE_SHOULDER, SIDE_HIP
    under = draw_arm(Limb(shoulder.moved(0, 22), Point(158, 268), Point(92, 266)), SKIN_FAR)
    path = f"M {shoulder} Q {Point(292, 252)} {hip}"
    trunk = stroke(path, PAPER, 66) + stroke(path, SHIRT, 61)
    hand = draw_arm(Limb(shoulder.moved(8, 4), Point(262, 286), Point(286, 326)), SKIN)
    parts = [
        wide_mat(), under, line([shoulder, Point(142, 228)], SKIN, 24), face_towards(Point(138, 226), 172),
        draw_leg(LOWER_LEG, TROUSERS_FAR, SKIN_FAR), between, trunk, circle(hip, 30, TROUSERS),
        draw_leg(near_leg, TROUSERS, SKIN), hand,
    ]
    return "".join(parts)


def clam_start() -> str:
    """Knees on each other, bent towards us."""
    return on_side(side_leg(Point(440, 310)))


def clam_end() -> str:
    """The upper knee opened towards the ceiling, the feet together."""
    return on_side(side_leg(Point(436, 176))) + arrow(Point(520, 214), Point(478, 148), -12)


def side_rest_start() -> str:
    """On the side, the upper knee sunk onto the lower one."""
    return on_side(side_leg(Point(440, 314)))


def side_rest_end() -> str:
    """A cushion between the knees: the upper leg lies level with the hip."""
    pillow = stroke(f"M {Point(412, 274)} L {Point(442, 298)} L {Point(516, 240)}", CUSHION, 46)
    leg_up = side_leg(Point(442, 264), Point(512, 208))
    return on_side(leg_up, pillow) + arrow(Point(446, 150), Point(446, 206))


def side_propped(shoulder: Point, sag: float, hip: Point) -> str:
    """Propped on one forearm, facing us, the feet behind; `sag` is how far the waist hangs."""
    knee, elbow = Point(466, 318), Point(shoulder.x - 6, 318)
    shin = Limb(knee, knee.moved(40, -38), knee.moved(76, -70), knee.moved(98, -80))
    prop = draw_arm(Limb(shoulder.moved(-4, 12), elbow, elbow.moved(64, 18)), SKIN)
    middle = Point((shoulder.x + hip.x) / 2, (shoulder.y + hip.y) / 2 + sag)
    path = f"M {shoulder} Q {middle} {hip}"
    trunk = stroke(path, PAPER, 62) + stroke(path, SHIRT, 57)
    free = draw_arm(Limb(shoulder.moved(8, -8), hip.towards(128, 96), hip.moved(-10, -20)), SKIN)
    head = shoulder.towards(128, 64)
    shins = draw_leg(shin, TROUSERS_FAR, SKIN_FAR)
    parts = [shins, line([shoulder, head], SKIN, 24), face_towards(head, 118), prop, trunk, circle(hip, 29, TROUSERS)]
    return "".join([wide_mat(), *parts, line([hip, knee], TROUSERS, 38), free])


def side_bridge_start() -> str:
    """The hip on the mat, the waist hanging a little."""
    return side_propped(Point(206, 226), 26, Point(330, 316))


def side_bridge_end() -> str:
    """Shoulder, hip and knee in one line; the dashed line is where the hip was."""
    before = stroke("M 232 288 Q 284 342 330 344 L 392 342", GHOST, 4, ' stroke-dasharray="2 10"')
    lifted = side_propped(Point(200, 176), 0, Point(348, 254))
    return lifted + before + arrow(Point(372, 196), Point(372, 132))


# --- from the feet ---------------------------------------------------------------------------------------


def knee_rocking_end() -> str:
    """From the feet: both knees swayed to one side, feet and shoulders where they were."""
    return picture(lying_from_feet(-34, -34) + arrow(Point(398, 206), Point(276, 200), -14))


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
    "hip_abduction_start": knees_up_start,
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
    "pelvic_tilt_start": side_view(pelvic_tilt_start),
    "pelvic_tilt_end": side_view(pelvic_tilt_end),
    "toe_tap_start": standing_still(table_legs),
    "toe_tap_end": side_view(toe_tap_end),
    "curl_up_start": standing_still(curl_base),
    "curl_up_end": side_view(curl_up_end),
    "hip_hinge_start": side_view(lambda: upright(layers(standing(), ground=ground_line()))),
    "hip_hinge_end": side_view(hip_hinge_end),
    "chest_lift_start": standing_still(arms_along),
    "chest_lift_end": side_view(chest_lift_end),
    "side_bridge_start": side_view(side_bridge_start),
    "side_bridge_end": side_view(side_bridge_end),
    "clam_start": side_view(clam_start),
    "clam_end": side_view(clam_end),
    "sit_to_stand_start": side_view(sit_to_stand_start),
    "sit_to_stand_end": side_view(sit_to_stand_end),
    "childs_pose_start": standing_still(on_hands_and_knees),
    "childs_pose_end": side_view(childs_pose_end),
    "hamstring_towel_start": side_view(hamstring_towel_start),
    "hamstring_towel_end": side_view(hamstring_towel_end),
    "legs_on_chair_start": side_view(legs_on_chair_start),
    "legs_on_chair_end": side_view(legs_on_chair_end),
    "knee_rocking_start": knees_up_start,
    "knee_rocking_end": knee_rocking_end,
    "prone_on_elbows_start": side_view(prone_on_elbows_start),
    "prone_on_elbows_end": side_view(prone_on_elbows_end),
    "side_rest_start": side_view(side_rest_start),
    "side_rest_end": side_view(side_rest_end),
    "bird_dog_start": standing_still(on_hands_and_knees),
    "bird_dog_end": side_view(bird_dog_end),
}


def write_picture(folder: Path, name: str, svg: str) -> None:
    """Write one SVG and the PNG made from it."""
    source = folder / f"{name}.svg"
    source.write_text(svg, encoding="utf-8")
    drawn = pixels(svg, WIDTH, HEIGHT).quantize(64)
    drawn.save(source.with_suffix(".png"), optimize=True)


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
