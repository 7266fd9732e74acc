"use strict";
// Builds the page out of elements; text goes in as text, never as markup.

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  Object.entries(attributes || {}).forEach(([name, value]) => {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  });
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

class View {
  constructor(definition, texts, state) {
    this.definition = definition;
    this.texts = texts;
    this.state = state;
    this.items = new Map();
    definition.pages.forEach((page) => page.entries.forEach((entry) => entry.id && this.items.set(entry.id, entry)));
  }

  say(name, ...details) {
    return details.reduce((text, detail, k) => text.replace("{" + k + "}", detail), this.texts[this.state.language][name]);
  }

  label(labels) {
    const text = labels[this.state.language] || Object.values(labels)[0] || "";
    return text.replace(/\{\{\s*([A-Za-z0-9_.]*)\s*\}\}/g, (_, id) => this.answerText(this.items.get(id)) || "…");
  }

  answerText(item, column) {
    const value = this.state.answers[column || (item && item.id)];
    if (!item || isMissing(value)) return "";
    const texts = codesOf(value).map((code) => {
      const choice = item.choices.find((known) => known.code === code);
      if (!choice) return code;
      const words = choice.other ? this.state.answers[item.id + "_" + code + "_text"] : "";
      return this.label(choice.labels) + (words ? ": " + words : "");
    });
    return texts.join(this.say("joint"));
  }

  item(item) {
    const describedby = [];
    const parts = [];
    if (this.definition.interviewer && this.hasText(item.interviewer)) {
      parts.push(el("p", { class: "interviewer" }, this.say("interviewer") + this.label(item.interviewer)));
    }
    const hints = this.hints(item);
    if (hints) {
      describedby.push(item.id + "-hint");
      parts.push(el("p", { class: "hint", id: item.id + "-hint" }, hints));
    }
    const error = el("p", { class: "error", id: item.id + "-error", hidden: true });
    parts.push(error);
    describedby.push(error.id);
    const box = el("div", { class: "item", id: "item-" + item.id });
    const shown = this.label(item.label);
    if (item.type === "note") {
      box.append(el("p", { class: "note" }, shown));
      return box;
    }
    const number = el("span", { class: "number" }, item.number + ". ");
    const optional = item.required ? null : el("span", { class: "optional" }, " " + this.say("optional"));
    if (["single", "multi", "grid"].includes(item.type) && item.widget !== "dropdown") {
      const set = el("fieldset", { "aria-describedby": describedby.join(" ") },
        el("legend", {}, number, shown, optional), ...parts, this.control(item, describedby));
      box.append(set);
      if (item.type !== "multi" && !item.required) box.append(this.clearButton(item));
      return box;
    }
    box.append(el("label", { for: item.id, class: "question" }, number, shown, optional), ...parts,
      this.control(item, describedby));
    return box;
  }

  hasText(labels) {
    return labels && Object.keys(labels).length > 0;
  }

  hints(item) {
    const found = [];
    if (this.hasText(item.hint)) found.push(this.label(item.hint));
    if (item.type === "multi") found.push(item.max !== null ? this.say("hint_max", item.max) : this.say("hint_many"));
    if (item.type === "text" && item.max !== null) found.push(this.say("hint_length", item.max));
    if (item.type === "number" && item.min !== null && item.max !== null) {
      found.push(this.say("hint_range", item.min, item.max));
    }
    return found.join(" ");
  }

  control(item, describedby) {
    if (item.type === "grid") return this.grid(item);
    if (item.widget === "dropdown") return this.dropdown(item, describedby);
    if (item.type === "single" || item.type === "multi") return this.choices(item);
    return this.input(item, describedby);
  }

  ordered(item, entries, codeOf) {
    if (item.order !== "random") return entries;
    const stays = (entry) => entry.special || entry.other || item.fixed.includes(codeOf(entry));
    const found = shuffled(entries, codeOf, stays, seedOf(item.id, this.state.seed));
    this.state.order[item.id] = found.map(codeOf);
    return found;
  }

  choices(item) {
    const type = item.type === "multi" ? "checkbox" : "radio";
    const list = el("div", { class: "choices" });
    this.ordered(item, item.choices, (choice) => choice.code).forEach((choice) => {
      const id = item.id + "--" + choice.code;
      const held = codesOf(this.state.answers[item.id]).includes(choice.code);
      const input = el("input", { type, id, name: item.id, value: choice.code,
        onchange: () => this.choose(item, choice, input.checked) });
      input.checked = held;
      list.append(el("div", { class: choice.special ? "choice special" : "choice" },
        input, el("label", { for: id }, this.label(choice.labels))));
      if (choice.other) list.append(this.otherBox(item, choice, held));
    });
    return list;
  }

  otherBox(item, choice, held) {
    const column = item.id + "_" + choice.code + "_text";
    const input = el("input", { type: "text", id: column, maxlength: 200, autocomplete: "off",
      oninput: () => this.state.set(column, input.value) });
    input.value = this.state.answers[column] || "";
    return el("div", { class: "other", id: column + "-box", hidden: !held },
      el("label", { for: column }, this.say("other")), input);
  }

  choose(item, choice, checked) {
    if (item.type === "single") {
      this.state.set(item.id, choice.code);
    } else {
      const special = new Set(item.choices.filter((known) => known.special).map((known) => known.code));
      let codes = codesOf(this.state.answers[item.id]).filter((code) => code !== choice.code);
      if (checked) {
        codes = choice.special ? [choice.code] : [...codes.filter((code) => !special.has(code)), choice.code];
      }
      this.state.set(item.id, item.choices.map((known) => known.code).filter((code) => codes.includes(code)));
      document.getElementsByName(item.id).forEach((input) => { input.checked = codes.includes(input.value); });
    }
    item.choices.filter((known) => known.other).forEach((known) => {
      const ticked = codesOf(this.state.answers[item.id]).includes(known.code);
      document.getElementById(item.id + "_" + known.code + "_text-box").hidden = !ticked;
    });
  }

  grid(item) {
    const head = el("div", { class: "grid-head", "aria-hidden": "true" }, el("span", {}),
      ...item.choices.map((choice) => el("span", {}, this.label(choice.labels))));
    const box = el("div", { class: "grid" }, head);
    box.style.setProperty("--columns", item.choices.length);
    this.ordered(item, item.rows, (row) => row.id).forEach((row) => {
      const column = item.id + "_" + row.id;
      const group = el("div", { class: "grid-row", role: "radiogroup", "aria-labelledby": column + "-label",
        "aria-describedby": column + "-error" },
      el("div", { class: "row-label" }, el("span", { id: column + "-label" }, this.label(row.labels)),
        el("p", { class: "error", id: column + "-error", hidden: true })));
      item.choices.forEach((choice) => {
        const id = column + "--" + choice.code;
        const input = el("input", { type: "radio", id, name: column, value: choice.code,
          onchange: () => this.state.set(column, choice.code) });
        input.checked = this.state.answers[column] === choice.code;
        group.append(el("div", { class: choice.special ? "choice special" : "choice" },
          input, el("label", { for: id }, el("span", { class: "choice-text" }, this.label(choice.labels)))));
      });
      box.append(group);
    });
    return box;
  }

  dropdown(item, describedby) {
    const select = el("select", { id: item.id, "aria-describedby": describedby.join(" "),
      onchange: () => this.state.set(item.id, select.value) }, el("option", { value: "" }, this.say("choose")));
    this.ordered(item, item.choices, (choice) => choice.code).forEach((choice) => {
      select.append(el("option", { value: choice.code }, this.label(choice.labels)));
    });
    select.value = this.state.answers[item.id] || "";
    const others = item.choices.filter((choice) => choice.other)
      .map((choice) => this.otherBox(item, choice, select.value === choice.code));
    select.addEventListener("change", () => item.choices.filter((choice) => choice.other).forEach((choice) => {
      document.getElementById(item.id + "_" + choice.code + "_text-box").hidden = select.value !== choice.code;
    }));
    return el("div", {}, select, ...others);
  }

  input(item, describedby) {
    const long = item.type === "text" && (item.widget === "long" || (item.max !== null && Number(item.max) > 100));
    const attributes = { id: item.id, "aria-describedby": describedby.join(" "), autocomplete: "off" };
    if (item.type === "text" && item.max !== null) attributes.maxlength = item.max;
    if (item.type === "number") attributes.inputmode = item.decimals ? "decimal" : "numeric";
    const field = long ? el("textarea", { ...attributes, rows: 4 })
      : el("input", { ...attributes, type: item.type === "date" ? "date" : "text" });
    const held = this.state.answers[item.id] || "";
    const special = item.choices.some((choice) => choice.code === held);
    field.value = special ? "" : held;
    const boxes = item.choices.map((choice) => {
      const id = item.id + "--" + choice.code;
      const box = el("input", { type: "checkbox", id, value: choice.code });
      box.checked = held === choice.code;
      return box;
    });
    field.addEventListener("input", () => {
      boxes.forEach((box) => { box.checked = false; });
      this.state.set(item.id, field.value);
    });
    boxes.forEach((box) => box.addEventListener("change", () => {
      boxes.forEach((other) => { other.checked = other === box && box.checked; });
      field.value = "";
      this.state.set(item.id, box.checked ? box.value : "");
    }));
    const unit = this.hasText(item.unit) ? el("span", { class: "unit" }, this.label(item.unit)) : null;
    return el("div", {}, el("div", { class: "field" }, field, unit), ...boxes.map((box, k) =>
      el("div", { class: "choice special" }, box, el("label", { for: box.id }, this.label(item.choices[k].labels)))));
  }

  clearButton(item) {
    return el("button", { type: "button", class: "clear", onclick: () => {
      columnsOf(item).forEach((column) => {
        document.getElementsByName(column).forEach((input) => { input.checked = false; });
        this.state.set(column, "");
      });
    } }, this.say("clear"));
  }
}
