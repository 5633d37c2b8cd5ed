"""The catalogue of fault codes: how grave each is, what it means and what cures it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    meaning: str
    cure: str
    severity: Literal["error", "warning"] = "error"


def _warning(meaning: str, cure: str) -> Kind:
    return Kind(meaning, cure, "warning")


CATALOGUE: dict[str, Kind] = {
    # files and their form
    "YAML_001": Kind("The file is not YAML.", "Look at this line and the one above: indents, colons, brackets."),
    "YAML_002": Kind("A key stands twice in one map.", "Keep one of them."),
    "YAML_003": Kind("An anchor or alias.", "Write it out."),
    "YAML_004": Kind("A tag.", "Remove it."),
    "YAML_005": Kind("The file holds something else than it should.", "Begin with the keys of docs/authoring.md."),
    "YAML_006": Kind("An unknown key.", "Remove it."),
    "YAML_007": Kind("A required key is missing.", "Write it."),
    "YAML_008": Kind("A value of the wrong type.", "Write what is asked for."),
    "YAML_009": Kind("The file is not UTF-8 text.", "Save it as UTF-8."),
    # dialogs
    "DIALOG_001": Kind("A thing's name is not its path.", "Let the name be the path without the ending."),
    "DIALOG_002": Kind("A dialog has no states.", "Write at least one state."),
    "DIALOG_003": Kind("Something names a state that is not there.", "Write the state, or correct the name."),
    "DIALOG_004": Kind("No way leads to this state.", "Lead a way to it, or remove it."),
    "DIALOG_005": Kind("A dead end: nothing follows this state and it is no end.", "Write next: or end:."),
    "DIALOG_006": Kind("States run in a circle without a question.", "Ask something in the circle, or break it."),
    "DIALOG_007": Kind(
        "A code that is no code, or a word of Jinja.",
        "Use lower case letters, digits and underscores, beginning with a letter, and no word of Jinja.",
    ),
    "DIALOG_008": Kind("'next' waits for an answer that can't come.", "Use the codes of the question."),
    "DIALOG_009": Kind("An answer leads nowhere.", "Write a way for it, or an else."),
    "DIALOG_010": Kind("Two things in one state exclude each other.", "Keep one of them."),
    "DIALOG_011": Kind("Guards without an else at their end.", "End the list with {else: state}."),
    "DIALOG_012": Kind("Something names a dialog that is not there.", "Write the dialog, or correct the name."),
    "DIALOG_013": Kind("Dialogs call each other in a circle without a question.", "Ask something on the way."),
    "DIALOG_014": Kind("A call does not hand over what the dialog takes.", "Add it under with:."),
    "DIALOG_015": Kind("A dialog takes or gives a slot that it does not have.", "Correct the name, or remove it."),
    "DIALOG_016": Kind("'moved' leads from a state that still is, or to one that is not.", "Correct it."),
    "DIALOG_017": Kind("Too many messages in a row without the patient's turn.", "Ask something in between."),
    "DIALOG_018": Kind("Two things have the same name, or a name that is kept for others.", "Rename one."),
    "DIALOG_019": Kind("A question that can't be asked so.", "See the table of questions in docs/authoring.md."),
    "DIALOG_020": Kind("An answer named in a result of a call that the dialog never gives.", "Use its results."),
    "DIALOG_021": _warning(
        "Nothing opens a dialog, so that no patient ever meets it.",
        "Name it in a touchpoint (rule, at), a call, content/interrupts.yaml or content/moments.yaml.",
    ),
    # slots and formulas
    "SLOT_001": Kind("A slot is filled in two ways that don't fit.", "Give one of them another name."),
    "SLOT_002": Kind("A slot has the name of a fact.", "Give it another name."),
    "SLOT_003": _warning("A slot hides a wider slot of another dialog.", "Declare its scope, or rename it."),
    "GUARD_001": Kind("A formula can't be read.", "Write a small expression such as pain_after >= 7."),
    "GUARD_002": Kind("A formula names something that does not exist.", "Correct the name."),
    "GUARD_003": Kind("A formula uses a slot that may be missing here.", "Ask 'is missing' first, or use default()."),
    "GUARD_004": Kind("A slot is compared with a code it never has.", "Use one of its codes."),
    # words
    "WORDS_001": Kind("The words of a dialog are missing.", "Write the file."),
    "WORDS_002": Kind("A state has no words.", "Write the section."),
    "WORDS_003": Kind("Words that no state shows.", "Remove the section, or correct its name."),
    "WORDS_004": Kind("A choice has no label.", "Write '- code: label' at the end of the section."),
    "WORDS_005": Kind("A label for a choice that the question does not offer.", "Remove it, or correct its code."),
    "WORDS_006": Kind("The text can't be read as Jinja2.", "Correct the brackets."),
    "WORDS_007": Kind("A text names something that does not exist.", "Correct the name."),
    "WORDS_008": Kind("A text shows a value that may be missing.", "Write {% if x is not missing %} around it."),
    "WORDS_009": Kind("A message is longer than 1000 characters.", "Split it with a line ---, or shorten it."),
    "WORDS_010": _warning("A message is longer than 600 characters.", "Split it with a line ---, or shorten it."),
    "WORDS_011": Kind("A section stands twice.", "Keep one of them."),
    "WORDS_012": Kind(
        "A heading or text that belongs nowhere.", "Use '## state', '### or', '### again', '### example'."
    ),
    "WORDS_013": Kind("A label is longer than 40 characters.", "Shorten it."),
    "WORDS_014": _warning("A language lacks words that the default language has.", "Translate them."),
    "WORDS_015": Kind("A file of words that belongs to nothing.", "Remove it, or correct its path."),
    "WORDS_016": Kind("A text does what texts can't.", "Show values, choose with if, and loop over slots only."),
    "WORDS_017": Kind(
        "A text for staff (staff.yaml) is missing, is asked for by nobody, or holds a field that is not filled in.",
        "Write it, remove it, or correct its name.",
    ),
    "BLIND_001": Kind("A text shows a concept that its readers must not meet.", "Reword it, or limit it with arms:."),
    "PICTURE_001": Kind("A picture is not there.", "Put the file under content/, or correct the path."),
    "PICTURE_002": Kind("A picture has no description.", "Say in the square brackets what one sees."),
    # things to be done
    "ACTION_001": Kind("An unknown action.", "See section 3 of docs/authoring.md."),
    "ACTION_002": Kind("An action does not take this.", "See section 3 of docs/authoring.md."),
    "ACTION_003": Kind("An action lacks something it needs.", "See section 3 of docs/authoring.md."),
    "ACTION_004": Kind("An action does not know this code.", "Use one of its codes."),
    "ACTION_005": Kind("An action names a slot that does not exist.", "Correct the name."),
    "ACTION_006": Kind("An action needs a slot that may be missing here.", "Go another way if it is missing."),
    # what becomes a dialog by itself
    "PRACTICE_001": Kind("A practice's short version names a line that it has not.", "Use the codes of its lines."),
    "RECORDING_001": Kind("A recording belongs to no practice.", "Name it after the practice that is spoken in it."),
    "RECORDING_002": Kind("A recording can't be played.", "Save it anew as MP3."),
    "RECORDING_003": Kind("A recording is larger than 20 MB.", "Save it with less quality."),
    "MOMENT_001": Kind("A hard moment opens a dialog that is not there.", "Write the dialog, or correct the name."),
    "MOMENT_002": Kind("The words of a hard moment are missing or can't be used.", "Correct the place named."),
    "MOMENT_003": Kind(
        "An example of a hard moment is not read as its author says.", "Change the words of the moment, or the example."
    ),
    "MOMENT_004": Kind(
        "An example means two hard moments.", "Narrow the words of one, or put what is not meant under not_meant."
    ),
    "EXERCISE_001": Kind("An exercise names another that is not there.", "Correct the name."),
    "EXERCISE_002": Kind(
        "An exercise is not for people whom no screening ever asks about.",
        "Give the answer its code under rules_out in content/screening/, or correct the code.",
    ),
    "EXERCISE_003": Kind(
        "An easier or harder neighbour does not name the exercise in turn.", "Let both name each other, or neither."
    ),
    "EXERCISE_004": Kind("A chain of harder exercises runs in a circle.", "Let one of them be the hardest."),
    "EXERCISE_005": Kind(
        "Whom an exercise is not for has no words.",
        "Write '- code: words' in '## not_for' of content/LANGUAGE/exercise.md.",
    ),
    "EDUCATION_001": Kind("The same education message twice.", "Keep one of them."),
    "EDUCATION_002": Kind("An education message proposes an exercise that is not there.", "Correct the name."),
    "EDUCATION_003": Kind(
        "An education message is not for people whom no exercise heeds.",
        "Use a code that stands under not_for of an exercise.",
    ),
    "EDUCATION_004": Kind(
        "An education message names an exercise, and those who may not do it would read it.",
        "Add the exercise to moves: and write ## instead.",
    ),
    "INSTRUMENT_001": Kind("An instrument is not complete or contradicts itself.", "Correct the place named."),
    "INSTRUMENT_002": _warning(
        "No score of an instrument is ever read: there are no bands and no smallest change.",
        "Give a score one of them.",
    ),
    "INSTRUMENT_003": Kind(
        "An item of an instrument does not say whether an answer can be a danger, or says it wrongly.",
        "Write safety: none, rules (and a rule under safety:) or read (for the patient's own words).",
    ),
    "SCREENING_001": Kind("A question of a screening can never change its outcome.", "Give it when_met or outside."),
    "PROGRAMME_001": Kind("A programme contradicts itself.", "Correct the place named."),
    "PROGRAMME_002": Kind("A programme names a dialog, instrument or place that is not there.", "Correct the name."),
    "PROGRAMME_003": Kind(
        "An assessment asks an instrument before its time, or of an arm that must not meet it.",
        "Take it out of this assessment, or ask it later.",
    ),
    "PROGRAMME_004": Kind(
        "What an instrument asks about reaches back into the assessment before.",
        "Move the windows apart, or name the instrument under overlaps: of this assessment.",
    ),
    "PROGRAMME_005": Kind(
        "A programme requires official wording, and an instrument of an assessment is asked in another.",
        "Install it with `coachbot instruments import`, or take it out of the assessment.",
    ),
    "SAFETY_001": Kind("A danger that leads to no dialog.", "Add it to content/safety/rules.yaml."),
    "SAFETY_002": Kind("The safety rules can't be read.", "Correct the place named."),
    "SAFETY_005": Kind(
        "What was learned of danger does not fit the lines it is learned from.",
        "Run `make likeness`, and look at what it prints.",
    ),
    "SAFETY_003": Kind("A danger has no text of its own to be shown at once.", "Write it in safety/static.md."),
    "SAFETY_004": Kind("The lexicon of danger can't be used.", "Correct the place named."),
    "SAFETY_006": Kind(
        "A language in which danger is not read.",
        "Write content/<language>/safety/lexicon.yaml and have a clinician sign it off, or take the language out.",
    ),
    "SAFETY_007": _warning(
        "A language in which danger is read by the words of its lexicon alone.",
        "Write lines in content/<language>/safety/lines/ and run `make likeness`; what is told indirectly is missed.",
    ),
    "START_001": Kind(
        "A file without which the coach can't start is missing or empty.", "Write it as in the pack inside."
    ),
    "PHRASES_001": Kind("The phrases of a language can't be used.", "Correct the place named."),
    "INTERRUPT_001": Kind("An interrupt names a dialog that is not there.", "Correct content/interrupts.yaml."),
    "INTERRUPT_002": Kind("A word above every dialog that does not exist.", "Correct content/interrupts.yaml."),
}
