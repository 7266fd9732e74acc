// Reads {xform, probes, sets, values} and writes, for each set of answers, which probes are relevant, or what the named
// nodes hold.
import { readInput } from "./shim.mjs";

const { createInstance } = await import("@getodk/xforms-engine");
const { xform, probes, sets, values } = await readInput();

function leaves(node, found = new Map()) {
  for (const child of node.currentState.children ?? []) {
    const name = child.currentState.reference.split("/").pop();
    found.set(name, child);
    leaves(child, found);
  }
  return found;
}

function put(node, value) {
  if (node.nodeType === "select") {
    const codes = value === null ? [] : Array.isArray(value) ? value : [value];
    if (node.selectType === "select") node.selectValues(codes);
    else node.selectValue(codes.length ? codes[0] : null);
  } else if (value === null) node.setValue("");
  else node.setValue(node.valueType === "int" ? BigInt(value) : node.valueType === "decimal" ? Number(value) : String(value));
}

const out = [];
const { root } = await createInstance(xform);
const nodes = leaves(root);
const controls = [...new Set(sets.flatMap((set) => Object.keys(set)))];
for (const set of sets) {
  for (const name of controls) put(nodes.get(name), null);
  for (const name of controls) if (set[name] !== undefined) put(nodes.get(name), set[name]);
  if (values) out.push(values.map((name) => String(nodes.get(name).currentState.value)));
  else out.push(probes.map((name) => Boolean(nodes.get(name).currentState.relevant)));
}
process.stdout.write(JSON.stringify(out));
