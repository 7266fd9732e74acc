"use strict";
// Which questions are asked with the answers given so far, and what is wrong with an answer.

function columnsOf(item) {
  return item.type === "grid" ? item.rows.map((row) => item.id + "_" + row.id) : [item.id];
}

function walkThrough(definition, given) {
  const answers = {};
  const asked = new Set();
  const pages = [];
  let ended = null;
  definition.pages.forEach((page, index) => {
    let shown = false;
    page.entries.forEach((entry) => {
      if (ended || !evaluate(entry.ask, answers)) return;
      if (entry.kind === "end") {
        ended = { status: entry.status, label: entry.label, page: index };
        return;
      }
      asked.add(entry.id);
      shown = true;
      if (entry.type === "note") return;
      columnsOf(entry).forEach((column) => {
        if (!isMissing(given[column])) answers[column] = given[column];
      });
      entry.choices.filter((choice) => choice.other).forEach((choice) => {
        const column = entry.id + "_" + choice.code + "_text";
        const ticked = codesOf(answers[entry.id]).includes(choice.code);
        if (ticked && !isMissing(given[column])) answers[column] = given[column];
      });
    });
    if (shown) pages.push(index);
  });
  return { answers, asked, pages, ended };
}

function numberProblem(item, text) {
  if (item.choices.some((choice) => choice.code === text)) return null;
  const number = toNumber(text);
  if (number === null) return ["not_number"];
  const decimals = (text.split(".")[1] || "").length;
  if (decimals > item.decimals) return item.decimals ? ["decimals", item.decimals] : ["not_whole"];
  if (item.min !== null && number < Number(item.min)) return ["too_small", item.min];
  if (item.max !== null && number > Number(item.max)) return ["too_large", item.max];
  return null;
}

function multiProblem(item, codes) {
  const special = codes.some((code) => item.choices.some((choice) => choice.code === code && choice.special));
  if (special) return null;
  if (item.max !== null && codes.length > Number(item.max)) return ["too_many", item.max];
  if (item.min !== null && codes.length < Number(item.min)) return ["too_few", item.min];
  return null;
}

function dateProblem(item, text) {
  if (item.choices.some((choice) => choice.code === text)) return null;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return ["not_date"];
  if (item.min !== null && text < item.min) return ["too_early", item.min];
  if (item.max !== null && text > item.max) return ["too_late", item.max];
  return null;
}

// Returns [column, message, ...details] for the first fault of each column of an item.
function problemsOf(item, answers) {
  const found = [];
  columnsOf(item).forEach((column) => {
    const value = answers[column];
    let problem = null;
    if (isMissing(value)) {
      if (item.required) problem = [item.type === "multi" ? "tick_one" : item.type === "grid" ? "row" : "required"];
    } else if (item.type === "number") problem = numberProblem(item, value.trim());
    else if (item.type === "date") problem = dateProblem(item, value);
    else if (item.type === "multi") problem = multiProblem(item, value);
    if (problem) found.push([column, ...problem]);
  });
  return found;
}

// Shuffle what may move; other, special and fixed entries stay where they are. The seed is stored with the response.
function shuffled(entries, codeOf, stays, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const movable = entries.filter((entry) => !stays(entry));
  for (let last = movable.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [movable[last], movable[other]] = [movable[other], movable[last]];
  }
  return entries.map((entry) => (stays(entry) ? entry : movable.shift()));
}

function seedOf(text, seed) {
  let hash = seed >>> 0;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  return hash;
}
