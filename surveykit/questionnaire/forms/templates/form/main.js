"use strict";
// State, steps from page to page, review, and the response file.

(function start() {
  const definition = JSON.parse(document.getElementById("definition").textContent);
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const app = document.getElementById("app");
  const query = new URLSearchParams(location.search);
  const draftKey = "surveykit:" + definition.hash + ":" + (query.get("unit") || "");
  const state = {
    language: definition.language, answers: {}, order: {}, seed: crypto.getRandomValues(new Uint32Array(1))[0],
    started: new Date(), place: null, done: null, faults: [], saved: true,
    set(column, value) {
      if (isMissing(value)) delete state.answers[column];
      else state.answers[column] = value;
      state.saved = false;
      keepDraft();
      refresh();
    },
  };
  const view = new View(definition, texts, state);

  function keepDraft() {
    if (!definition.draft) return;
    try {
      localStorage.setItem(draftKey, JSON.stringify({ answers: state.answers, seed: state.seed, at: Date.now() }));
    } catch { /* storage may be switched off; the form works without it */ }
  }

  function readDraft() {
    if (!definition.draft) return;
    try {
      const draft = JSON.parse(localStorage.getItem(draftKey) || "null");
      if (draft && Date.now() - draft.at < 14 * 86400000) Object.assign(state, { answers: draft.answers, seed: draft.seed });
    } catch { /* as above */ }
  }

  function places() {
    const found = walkThrough(definition, state.answers);
    const names = found.pages.map((index) => definition.pages[index].id);
    return { ...found, names: [...names, found.ended ? "end" : "review"] };
  }

  function currentPage() {
    return definition.pages.find((page) => page.id === state.place);
  }

  function faultsOn(page, found) {
    const items = page.entries.filter((entry) => entry.kind === "item" && entry.type !== "note" && found.asked.has(entry.id));
    return items.flatMap((item) => {
      const order = (state.order[item.id] || []).map((id) => item.id + "_" + id);
      const faults = problemsOf(item, found.answers).map((fault) => ({ item, column: fault[0], fault }));
      return faults.sort((one, other) => order.indexOf(one.column) - order.indexOf(other.column));
    });
  }

  // A place can be gone to when every page before it is free of faults.
  function allowed(place) {
    const found = places();
    for (const name of found.names) {
      if (name === place) return place;
      const page = definition.pages.find((known) => known.id === name);
      if (!page || faultsOn(page, found).length) return name;
    }
    return found.names[0];
  }

  function go(place) {
    if (location.hash === "#" + place) show(place);
    else location.hash = place;
  }

  function show(place) {
    const wanted = state.done ? "done" : allowed(place || places().names[0]);
    if (wanted !== place && place && wanted !== "done") {
      history.replaceState(null, "", "#" + wanted);
    }
    state.place = wanted;
    state.faults = [];
    draw();
    const heading = document.getElementById("heading");
    window.scrollTo(0, 0);
    if (heading) heading.focus();
  }

  function draw() {
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : state.language;
    const found = places();
    const page = currentPage();
    const heading = page ? view.label(page.label || {}) || view.label(definition.title)
      : view.say(state.place === "review" ? "review" : "finished");
    document.title = (state.faults.length ? view.say("error") : "") + heading + " – " + view.label(definition.title);
    const main = el("main", { id: "main" }, summary(), el("h1", { id: "heading", tabindex: "-1" }, heading));
    if (page) drawPage(main, page, found);
    else if (state.place === "review") drawReview(main, found);
    else drawEnd(main, found);
    app.replaceChildren(header(found), main);
    refresh();
    markFaults();
  }

  function header(found) {
    const switches = definition.languages.length < 2 ? null : el("div", { class: "languages", role: "group",
      "aria-label": view.say("language") }, ...definition.languages.map((language) => el("button", {
      type: "button", lang: language === "zh" ? "zh-CN" : language, "aria-pressed": String(language === state.language),
      onclick: () => { state.language = language; draw(); document.querySelector("[aria-pressed=true]").focus(); },
    }, texts[language].name)));
    const at = Math.max(found.names.indexOf(state.place), 0);
    const bar = state.done ? null : el("div", { class: "progress" },
      el("label", { for: "progress" }, view.say("progress", at + 1, found.names.length)),
      el("progress", { id: "progress", max: found.names.length, value: at + 1 }));
    return el("header", {}, el("p", { class: "title" }, view.label(definition.title)), switches, bar);
  }

  function summary() {
    if (!state.faults.length) return null;
    return el("div", { class: "summary", role: "alert", tabindex: "-1", id: "summary" },
      el("h2", {}, view.say("problems")), el("ul", {}, ...state.faults.map(({ item, column, fault }) => {
        const target = firstControl(item, column);
        return el("li", {}, el("a", { href: "#" + target, onclick: (event) => {
          event.preventDefault();
          document.getElementById(target).focus();
        } }, item.number + ". " + rowText(item, column) + view.say(...fault.slice(1))));
      })));
  }

  function rowLabel(item, column) {
    const row = item.type === "grid" && item.rows.find((known) => item.id + "_" + known.id === column);
    return row ? view.label(row.labels) : "";
  }

  function rowText(item, column) {
    const text = rowLabel(item, column);
    return text && text + view.say("colon");
  }

  function firstControl(item, column) {
    if (item.type === "grid" || (["single", "multi"].includes(item.type) && item.widget !== "dropdown")) {
      const order = state.order[item.id];
      return column + "--" + (item.type !== "grid" && order ? order[0] : item.choices[0].code);
    }
    return item.id;
  }

  function markFaults() {
    state.faults.forEach(({ item, column, fault }) => {
      const place = document.getElementById((item.type === "grid" ? column : item.id) + "-error");
      place.textContent = view.say("error") + view.say(...fault.slice(1));
      place.hidden = false;
      const control = document.getElementById(item.id);
      if (control) control.setAttribute("aria-invalid", "true");
      document.getElementsByName(column).forEach((input) => input.setAttribute("aria-invalid", "true"));
    });
  }

  function drawPage(main, page, found) {
    if (found.pages[0] === definition.pages.indexOf(page) && view.hasText(definition.intro)) {
      main.append(el("p", { class: "intro" }, view.label(definition.intro)));
    }
    const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); next(page); } });
    page.entries.filter((entry) => entry.kind === "item").forEach((item) => form.append(view.item(item)));
    form.append(buttons(found, el("button", { type: "submit", class: "primary" }, view.say("next"))));
    main.append(form);
  }

  function buttons(found, primary) {
    const at = found.names.indexOf(state.place);
    const back = at > 0 ? el("button", { type: "button", onclick: () => go(found.names[at - 1]) }, view.say("back")) : null;
    return el("div", { class: "buttons" }, primary, back);
  }

  function next(page) {
    const found = places();
    state.faults = faultsOn(page, found);
    if (state.faults.length) {
      draw();
      document.getElementById("summary").focus();
      return;
    }
    go(found.names[found.names.indexOf(page.id) + 1]);
  }

  function refresh() {
    const page = currentPage();
    if (!page) return;
    const { asked } = places();
    page.entries.filter((entry) => entry.kind === "item").forEach((item) => {
      const box = document.getElementById("item-" + item.id);
      if (box) box.hidden = !asked.has(item.id);
    });
  }

  function drawReview(main, found) {
    main.append(el("p", {}, view.say("review_text")));
    const list = el("dl", { class: "review" });
    definition.pages.forEach((page) => page.entries.forEach((item) => {
      if (item.kind !== "item" || item.type === "note" || !found.asked.has(item.id)) return;
      columnsOf(item).forEach((column) => list.append(el("div", {},
        el("dt", {}, item.number + ". " + view.label(item.label) + (item.type === "grid" ? " – " + rowLabel(item, column) : "")),
        el("dd", {}, view.answerText(item, column) || view.say("blank")),
        el("dd", {}, el("a", { href: "#" + page.id, "aria-label": view.say("change") + " " + item.number + ". " + rowText(item, column) },
          view.say("change"))))));
    }));
    main.append(list, buttons(found, el("button", { type: "button", class: "primary", onclick: finish }, view.say("finish"))));
  }

  function drawEnd(main, found) {
    if (!state.done) {
      main.append(el("p", {}, view.label(found.ended.label)),
        buttons(found, el("button", { type: "button", class: "primary", onclick: finish }, view.say("finish"))));
      return;
    }
    const closing = found.ended ? found.ended.label : definition.closing;
    const file = JSON.stringify(state.done, null, 1);
    const url = URL.createObjectURL(new Blob([file], { type: "application/json" }));
    const name = definition.id + "-" + state.done.response_id + ".json";
    main.append(el("p", {}, view.label(closing)), el("p", {}, view.say("save_text")),
      el("p", {}, el("a", { class: "button primary", id: "save", href: url, download: name,
        onclick: () => { state.saved = true; try { localStorage.removeItem(draftKey); } catch { /* none */ } } }, view.say("save"))),
      el("label", { for: "response" }, view.say("copy_text")), el("textarea", { id: "response", rows: 8, readonly: true }));
    main.querySelector("#response").value = file;
  }

  async function finish() {
    const found = walkThrough(definition, state.answers);
    const finished = new Date();
    const answers = JSON.stringify(found.answers);
    let digest = null;
    if (window.crypto.subtle) {
      const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(answers));
      digest = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    state.done = {
      format: "surveykit-response/1", questionnaire: definition.id, version: definition.version,
      definition_hash: definition.hash, response_id: id, unit_id: query.get("unit"), language: state.language,
      started_at: state.started.toISOString(), submitted_at: finished.toISOString(),
      duration_seconds: Math.round((finished - state.started) / 1000), ended: found.ended ? found.ended.status : null,
      seed: state.seed, order: state.order, answers: found.answers, answers_sha256: digest,
    };
    state.place = "done";
    draw();
    document.getElementById("heading").focus();
  }

  window.addEventListener("hashchange", () => show(location.hash.slice(1)));
  window.addEventListener("beforeunload", (event) => { if (!state.saved) event.preventDefault(); });
  readDraft();
  state.place = places().names[0];
  history.replaceState(null, "", "#" + state.place);
  draw();
})();
