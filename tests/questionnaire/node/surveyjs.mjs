// Reads {model, probes, sets} and writes the errors and lint of the model and, for each set, which probes are visible.
import { readInput } from "./shim.mjs";

const survey = await import("survey-core");
const { model: json, probes, sets, lint, order, finish } = await readInput();

await import("survey-core/i18n/simplified-chinese");

const problems = [];
if (lint) {
  const { lintSurvey } = await import("survey-core/linter");
  problems.push(...lintSurvey(json).findings.map((finding) => finding.message));
}
const model = new survey.Model(json);
const errors = (model.jsonErrors ?? []).map((error) => error.message);

function isShown(name) {
  const question = model.getQuestionByName(name);
  return Boolean(question.isVisible && question.parent.isVisible && question.page.isVisible);
}

// With an order the questions are answered one after the other, and only those that are shown, over the answers that the
// last respondent left behind; without it all answers are put in at once.
const out = sets.map((set) => {
  if (finish) {
    const fresh = new survey.Model(json);
    fresh.data = set;
    if (!fresh.isLastPage || !fresh.tryComplete()) return [fresh.state, null, null];
    return [fresh.state, fresh.data.end_status ?? null, fresh.renderedCompletedHtml ?? fresh.processedCompletedHtml];
  }
  if (!order) model.data = set;
  else for (const name of order) if (isShown(name)) model.setValue(name, set[name]);
  return probes.map(isShown);
});
process.stdout.write(JSON.stringify({ errors, problems, visible: out }));
