"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const state = { access: null, picked: null, query: "", related: false };
const byId = (id) => document.getElementById(id);
const lists = { operation: byId("operations"), permission: byId("permissions") };
const buttons = { operation: [], permission: [] };
const words = { delegated: "Delegated", application: "App-only" };

// All text enters the page here, as text.
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const used = ["delegated", "application"].filter((access) =>
  data.permissions.some((it) => it.access === access) ||
  data.operations.some((it) => it.verdicts[access] !== "excluded"));
state.access = used[0] || "delegated";

// What is linked with what, looked up often: by operation and by permission.
const ofOperation = data.operations.map(() => []);
const ofPermission = data.permissions.map(() => []);
for (const option of data.options) {
  ofOperation[option.operation].push(option);
  for (const permission of option.permissions) ofPermission[permission].push(option);
}
const routeOf = (operation) => data.routes.find((route) =>
  route.access === state.access && route.operations.includes(operation));
const optionsOf = (operation) => ofOperation[operation].filter((it) => it.access === state.access);
const chosenOf = (operation) => optionsOf(operation).filter((it) => it.standing === "chosen");
const names = (option) => option.permissions.map((it) => data.permissions[it].name).join(" + ");

function servedBy(operation) {
  const route = routeOf(operation);
  if (route) return "route " + route.via;
  const chosen = chosenOf(operation);
  if (chosen.length) return chosen.map(names).join("; ");
  const verdict = data.operations[operation].verdicts[state.access];
  return verdict === "excluded" ? "not wanted " + (state.access === "delegated" ? "delegated" : "app-only") : verdict;
}

function build() {
  data.operations.forEach((operation, index) => {
    const button = element("button");
    button.append(element("code", operation.request), element("small"));
    add("operation", button, index);
  });
  // The plan first, in the order of what it serves, so that few lines cross; then the rest by name.
  const first = data.permissions.map((_, index) => Math.min(...served(index)));
  const order = data.permissions.map((_, index) => index)
    .sort((a, b) => (data.permissions[b].planned - data.permissions[a].planned) ||
      (first[a] < first[b] ? -1 : first[a] > first[b] ? 1 : 0) ||
      data.permissions[a].name.localeCompare(data.permissions[b].name));
  for (const index of order) {
    const permission = data.permissions[index];
    const button = element("button", permission.name, permission.planned ? "planned" : "");
    button.append(element("small", permission.planned
      ? "in the plan, serves " + served(index).length
      : "would do for " + new Set(ofPermission[index].map((it) => it.operation)).size));
    add("permission", button, index);
  }
  used.forEach((access) => {
    const button = element("button", words[access]);
    button.type = "button";
    button.dataset.access = access;
    button.addEventListener("click", () => { state.access = access; state.picked = null; show(); });
    byId("accesses").append(button);
  });
  byId("source").textContent = data.source;
  byId("search").addEventListener("input", (event) => { state.query = event.target.value.toLowerCase(); show(); });
  byId("related").addEventListener("change", (event) => { state.related = event.target.checked; show(); });
  document.addEventListener("keydown", key);
  for (const list of Object.values(lists)) list.addEventListener("scroll", later);
  window.addEventListener("resize", later);
}

function add(kind, button, index) {
  button.type = "button";
  button.dataset.kind = kind;
  button.dataset.index = index;
  button.addEventListener("click", () => pick(kind, index));
  const item = element("li");
  item.append(button);
  lists[kind].append(item);
  buttons[kind][index] = button;
}

const served = (permission) => [...new Set(ofPermission[permission]
  .filter((it) => it.standing === "chosen").map((it) => it.operation))];

function pick(kind, index) {
  const same = state.picked && state.picked.kind === kind && state.picked.index === index;
  state.picked = same ? null : { kind, index };
  show();
  if (!same) reveal();
}

// Brings the first linked entry of the other list into view.
function reveal() {
  const other = state.picked.kind === "operation" ? "permission" : "operation";
  const linked = [...lists[other].querySelectorAll(".linked")][0] || lists[other].querySelector(".possible");
  if (linked) linked.scrollIntoView({ block: "nearest" });
  buttons[state.picked.kind][state.picked.index].scrollIntoView({ block: "nearest" });
  later();
}

// How an entry is linked with the selection: "linked" in the plan, "possible" by another alternative.
function links(kind) {
  const found = new Map();
  if (!state.picked || state.picked.kind === kind) return found;
  const options = state.picked.kind === "operation"
    ? optionsOf(state.picked.index)
    : ofPermission[state.picked.index].filter((it) => it.access === state.access);
  for (const option of options) {
    for (const index of kind === "permission" ? option.permissions : [option.operation]) {
      if (option.standing === "chosen") found.set(index, "linked");
      else if (!found.has(index)) found.set(index, "possible");
    }
  }
  return found;
}

function show() {
  for (const button of byId("accesses").children) {
    button.setAttribute("aria-pressed", String(button.dataset.access === state.access));
  }
  const counts = {};
  for (const kind of ["operation", "permission"]) {
    const linked = links(kind);
    counts[kind] = [0, 0];
    buttons[kind].forEach((button, index) => {
      const entry = kind === "operation" ? data.operations[index] : data.permissions[index];
      const text = kind === "operation" ? entry.request + " " + servedBy(index) : entry.name;
      const ofAccess = kind === "operation" || entry.access === state.access;
      const isPicked = state.picked && state.picked.kind === kind && state.picked.index === index;
      const isFound = !state.query || text.toLowerCase().includes(state.query);
      const hides = state.related && state.picked && state.picked.kind !== kind && !linked.has(index);
      const isShown = ofAccess && (isPicked || (isFound && !hides));
      button.parentElement.hidden = !isShown;
      counts[kind][1] += ofAccess;
      counts[kind][0] += isShown;
      button.classList.remove("linked", "possible", "picked", "faint");
      if (isPicked) button.classList.add("picked");
      else if (linked.has(index)) button.classList.add(linked.get(index));
      else if (state.picked && state.picked.kind !== kind) button.classList.add("faint");
      button.setAttribute("aria-pressed", String(Boolean(isPicked)));
      if (kind === "operation") {
        const isServed = routeOf(index) || chosenOf(index).length;
        button.classList.toggle("unserved", !isServed && entry.verdicts[state.access] !== "excluded");
        button.lastChild.textContent = (index + 1) + " · " + servedBy(index);
      }
    });
    byId(kind + "s-count").textContent = counts[kind][0] + " of " + counts[kind][1];
  }
  const planned = data.permissions.filter((it) => it.access === state.access && it.planned);
  const unserved = data.operations.filter((it, index) => it.verdicts[state.access] !== "excluded" &&
    !routeOf(index) && !chosenOf(index).length).length;
  byId("summary").textContent = words[state.access] + ": " + planned.length +
    (planned.length === 1 ? " permission" : " permissions") + " in the plan" +
    (unserved ? ", " + unserved + (unserved === 1 ? " operation" : " operations") + " not served" : "") + ".";
  detail();
  later();
}

function list(parent, title, entries) {
  if (!entries.length) return;
  parent.append(element("h3", title));
  const made = element("ul");
  for (const entry of entries) {
    const item = element("li");
    item.append(...[].concat(entry));
    made.append(item);
  }
  parent.append(made);
}

function link(kind, index, text) {
  const button = element("button", text);
  button.type = "button";
  button.addEventListener("click", () => {
    state.picked = null;
    pick(kind, index);
    buttons[kind][index].focus();
  });
  return button;
}

function detail() {
  const panel = byId("detail");
  panel.replaceChildren();
  if (!state.picked) {
    panel.append(element("h2", "Nothing is selected"), element("p",
      "Select an operation to see what serves it, or a permission to see what it is for, what it opens beyond the manifest and what contains it."));
    panel.firstChild.id = "detail-title";
    return;
  }
  const { kind, index } = state.picked;
  (kind === "operation" ? operationDetail : permissionDetail)(panel, index);
  panel.firstChild.id = "detail-title";
  panel.scrollTop = 0;
}

function operationDetail(panel, index) {
  const operation = data.operations[index];
  const title = element("h2");
  title.append(element("code", operation.request));
  panel.append(title, element("p", "No. " + (index + 1) + ", line " + operation.line + " of the manifest; " +
    words[state.access].toLowerCase() + ": " + operation.verdicts[state.access] + "."));
  if (operation.reason) {
    panel.append(element("p", "The developer says: " + operation.reason, "claim"));
  }
  const route = routeOf(index);
  if (route) list(panel, "By the route " + route.via, route.steps.map((step) => element("span", step)));
  const ranks = ["chosen", "preferred", "admissible", "accepted"];
  const options = [...optionsOf(index)].sort((a, b) => ranks.indexOf(a.standing) - ranks.indexOf(b.standing));
  list(panel, "What serves it", options.map((option) => {
    const parts = option.permissions.flatMap((it, at) => [
      ...(at ? [element("span", " and ")] : []), link("permission", it, data.permissions[it].name)]);
    return [...parts, element("span", ": " + option.why)];
  }));
  list(panel, "What to know", operation.notes.filter(([access]) => access === state.access)
    .map(([, note]) => element("span", note)));
}

function permissionDetail(panel, index) {
  const permission = data.permissions[index];
  panel.append(element("h2", permission.name));
  const tags = element("p");
  tags.append(element("span", permission.planned ? "in the plan" : "not in the plan",
    permission.planned ? "tag plan" : "tag"));
  if (permission.tier !== null) tags.append(element("span", "tier " + permission.tier, "tag tier" + permission.tier));
  panel.append(tags, element("p", "Consent: " + permission.consent + "."));
  if (permission.risk) panel.append(element("p", "Risk: " + permission.risk + "."));
  const chosen = served(index);
  list(panel, "Serves", chosen.map((it) => link("operation", it, data.operations[it].request)));
  const others = [...new Set(ofPermission[index].map((it) => it.operation))].filter((it) => !chosen.includes(it));
  list(panel, "Would also do for", others.map((it) => link("operation", it, data.operations[it].request)));
  const names = (all) => all.map((name) => {
    const at = data.permissions.findIndex((it) => it.name === name && it.access === state.access);
    return at < 0 ? element("span", name) : link("permission", at, name);
  });
  list(panel, "Directly contained in", names(permission.above));
  list(panel, "Contains directly", names(permission.below));
  const most = 100;
  const beyond = permission.beyond;
  list(panel, "Opens beyond the manifest: " + beyond.length,
    beyond.slice(0, most).map((it) => element("code", data.texts[it])));
  if (beyond.length > most) {
    const more = element("button", "show all " + beyond.length);
    more.type = "button";
    more.addEventListener("click", () => {
      const rest = element("ul");
      for (const it of beyond.slice(most)) {
        const item = element("li");
        item.append(element("code", data.texts[it]));
        rest.append(item);
      }
      more.replaceWith(rest);
    });
    panel.append(more);
  }
}

// Lines are drawn for the selection; without one, for the plan while it is small enough to read.
let waits = false;
function later() {
  if (waits) return;
  waits = true;
  requestAnimationFrame(() => { waits = false; draw(); });
}

function draw() {
  const svg = byId("lines");
  svg.replaceChildren();
  const box = svg.getBoundingClientRect();
  if (!box.width) return;
  const isVisible = (button, list) => {
    const at = button.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    return at.height > 0 && at.bottom > frame.top && at.top < frame.bottom ? at : null;
  };
  const draws = (option) => {
    if (option.access !== state.access) return false;
    if (!state.picked) return option.standing === "chosen" && data.operations.length <= 40;
    return state.picked.kind === "operation"
      ? option.operation === state.picked.index
      : option.permissions.includes(state.picked.index);
  };
  for (const option of data.options.filter(draws)) {
    const from = isVisible(buttons.operation[option.operation], lists.operation);
    if (!from) continue;
    for (const permission of option.permissions) {
      const to = isVisible(buttons.permission[permission], lists.permission);
      if (!to) continue;
      const [start, end] = [from, to].map((at) => at.top + at.height / 2 - box.top);
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", `M0 ${start} C ${box.width / 2} ${start} ${box.width / 2} ${end} ${box.width} ${end}`);
      if (state.picked) path.setAttribute("class", option.standing === "chosen" ? "chosen" : "other");
      svg.append(path);
    }
  }
}

function key(event) {
  const search = byId("search");
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
    return;
  }
  if (event.key === "Escape") {
    search.value = "";
    state.query = "";
    state.picked = null;
    show();
    return;
  }
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  const active = document.activeElement;
  const kind = active && active.dataset ? active.dataset.kind : undefined;
  const shown = (of) => [...lists[of].querySelectorAll("li:not([hidden]) > button")];
  if (moves[event.key]) {
    const all = shown(kind || "operation");
    if (active === search ? event.key !== "ArrowDown" : !kind) return;
    event.preventDefault();
    const at = kind ? all.indexOf(active) + moves[event.key] : 0;
    const next = all[Math.max(0, Math.min(all.length - 1, at))];
    if (next) next.focus();
  } else if (kind && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    const other = event.key === "ArrowRight" ? "permission" : "operation";
    const next = lists[other].querySelector("li:not([hidden]) > .linked") || shown(other)[0];
    if (next) next.focus();
  }
}

build();
show();
