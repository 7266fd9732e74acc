"use strict";
// The meaning of routing, the same as surveykit.questionnaire.evaluate.

function isMissing(value) {
  if (value === undefined || value === null) return true;
  return typeof value === "string" ? value.trim() === "" : value.length === 0;
}

function codesOf(value) {
  if (isMissing(value)) return [];
  return Array.isArray(value) ? value : [value];
}

function toNumber(value) {
  const text = String(value).trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : null;
}

function compareNumbers(left, op, right) {
  switch (op) {
    case "==": return left === right;
    case "!=": return left !== right;
    case "<": return left < right;
    case "<=": return left <= right;
    case ">": return left > right;
    default: return left >= right;
  }
}

function sameValue(held, value, kind) {
  if (held === value) return true;
  if (kind !== "number") return false;
  const left = toNumber(held);
  return left !== null && left === toNumber(value);
}

function compareAnswer(held, op, value, kind, specials) {
  if (isMissing(held)) return false;
  if (op === "==") return sameValue(held, value, kind);
  if (op === "!=") return !sameValue(held, value, kind);
  if (specials.some((code) => sameValue(held, code, kind))) return false;
  const left = toNumber(held);
  const right = toNumber(value);
  return left !== null && right !== null && compareNumbers(left, op, right);
}

function evaluate(tree, answers) {
  const held = answers[tree[1]];
  switch (tree[0]) {
    case "const": return tree[1];
    case "and": return tree.slice(1).every((part) => evaluate(part, answers));
    case "or": return tree.slice(1).some((part) => evaluate(part, answers));
    case "not": return !evaluate(tree[1], answers);
    case "cmp": return compareAnswer(held, tree[2], tree[3], tree[4], tree[5]);
    case "in": return !isMissing(held) && tree[2].some((value) => sameValue(held, value, tree[3]));
    case "has": return codesOf(held).includes(tree[2]);
    case "answered": return !isMissing(held);
    default: return compareNumbers(codesOf(held).length, tree[2], tree[3]);
  }
}
