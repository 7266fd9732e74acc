// What the engines expect of a browser.
import { createRequire } from "node:module";
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!DOCTYPE html><html><body></body></html>", { url: "http://localhost/" });
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = import.meta.dirname;
for (const name of ["window", "document", "DOMParser", "XMLSerializer", "Node", "Element", "Document", "Attr", "Text",
  "XMLDocument", "XPathResult", "XPathEvaluator", "XPathExpression", "NodeFilter", "HTMLElement", "CustomEvent", "Event", "EventTarget"]) {
  if (dom.window[name] !== undefined) globalThis[name] = dom.window[name];
}
globalThis.window = dom.window;

export async function readInput() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}
