// A form as a dialog.
import { $, here, el, post, notice } from "./core.js";
import { answer } from "./cards.js";

let current = null; // the open form

export function openForm(form) {
  current = form;
  $("form-title").textContent = form.title;
  $("form-note").hidden = true;
  $("fields").replaceChildren(...form.fields.map(fieldNode));
  for (const f of form.fields.filter((f) => f.depends_on)) {
    const parent = $("field-" + f.depends_on);
    const child = $("field-" + f.name);
    if (!parent || !f.options) continue;
    const refill = () => { fill(child, f, parent.value, child.value); child.dispatchEvent(new Event("change")); };
    fill(child, f, parent.value, f.value);
    parent.addEventListener("change", refill);
  }
  if (!$("dialog").open) $("dialog").showModal();
  $("fields").querySelector("input, textarea, select")?.focus();
}

function fieldNode(f) {
  const id = "field-" + f.name;
  const common = { id, name: f.name, required: f.required };
  let input;
  if (f.kind === "choice" && f.options) {
    input = el("select", common);
    fill(input, f, "", f.value, !f.depends_on);
  } else if (f.kind === "lines") {
    input = el("textarea", { ...common, rows: 4, value: f.value });
  } else {
    input = el("input", { ...common, value: f.value, autocomplete: "off", inputMode: f.kind === "number" ? "decimal" : "text" });
  }
  if (f.max) input.maxLength = f.max;
  input.setAttribute("aria-describedby", id + "-hint " + id + "-error");
  const label = el("label", { htmlFor: id, textContent: f.label },
    f.required ? el("span", { className: "required", textContent: " (required)" }) : null);
  return el("div", { className: "field" }, label, input,
    el("p", { id: id + "-hint", className: "hint", textContent: f.hint || "", hidden: !f.hint }),
    el("p", { id: id + "-error", className: "field-error", hidden: true }));
}

// fill offers the options that go with the field above; a chosen one that does
// not is dropped.
function fill(select, f, above, chosen, all) {
  const fit = f.options.filter((o) => all || !o.of || o.of === above);
  select.replaceChildren(el("option", { value: "", textContent: fit.length ? "Choose…" : "Choose above first" }),
    ...fit.map((o) => el("option", { value: o.value, textContent: o.label })));
  select.value = fit.some((o) => o.value === chosen) ? chosen : "";
}

function formNote(text) {
  $("form-note").textContent = text;
  $("form-note").hidden = false;
}

export async function submitForm() {
  const form = current, who = here.as;
  const values = Object.fromEntries(form.fields.map((f) => [f.name, $("field-" + f.name).value]));
  const button = $("form").querySelector(".primary");
  button.disabled = true;
  const reply = await post("/api/submit", { as: who, form: form.id, values }, formNote);
  button.disabled = false;
  if (!reply || current !== form) return;
  $("form-note").hidden = true;
  for (const f of form.fields) {
    const error = reply.errors?.[f.name], input = $("field-" + f.name), line = $("field-" + f.name + "-error");
    line.textContent = error || "";
    line.hidden = !error;
    input.setAttribute("aria-invalid", String(Boolean(error)));
  }
  if (reply.errors) {
    const other = Object.entries(reply.errors).filter(([name]) => !$("field-" + name));
    if (other.length) formNote(other.map(([, text]) => text).join(" "));
    $("fields").querySelector("[aria-invalid=true]")?.focus();
    return;
  }
  current = null;
  $("dialog").close();
  if (who === here.as) answer(reply);
}

export function putAside() {
  if (!current) return;
  const form = current, who = here.as;
  current = null;
  notice(`“${form.title}” was put aside; nothing was saved.`, "Open it again", () => { if (who === here.as) openForm(form); });
}
