// A form as a dialog. What was typed is kept when it is closed or refused.
import { $, here, el, post, key, notice } from "./core.js";
import { answer } from "./cards.js";

let current = null; // the open form; from is the call that it came of

export function openForm(form, from) {
  current = { form, from };
  $("form-title").textContent = form.title;
  $("form-note").hidden = true;
  $("fields").replaceChildren(...form.fields.map(fieldNode));
  for (const f of form.fields.filter((f) => f.depends_on)) {
    const parent = input(f.depends_on);
    const child = input(f.name);
    if (!parent || !f.options) continue;
    const refill = () => { fill(child, f, parent.value, child.value); child.dispatchEvent(new Event("change")); };
    fill(child, f, parent.value, f.value);
    parent.addEventListener("change", refill);
  }
  if (!$("dialog").open) $("dialog").showModal();
  $("fields").querySelector("input, textarea, select")?.focus();
}

const input = (name) => $("field-" + name);
const typed = (form) => Object.fromEntries(form.fields.map((f) => [f.name, input(f.name).value]));

function fieldNode(f) {
  const id = "field-" + f.name;
  const common = { id, name: f.name, required: f.required };
  let node;
  if (f.kind === "choice" && f.options) {
    node = el("select", common);
    fill(node, f, "", f.value, !f.depends_on);
  } else if (f.kind === "lines") {
    node = el("textarea", { ...common, rows: 4, value: f.value });
  } else {
    node = el("input", { ...common, value: f.value, autocomplete: "off", inputMode: f.kind === "number" ? "decimal" : "text" });
  }
  node.setAttribute("aria-describedby", id + "-hint " + id + "-error");
  const label = el("label", { htmlFor: id, textContent: f.label },
    f.required ? el("span", { className: "required", textContent: " (required)" }) : null);
  return el("div", { className: "field" }, label, node,
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
  const button = $("form").querySelector(".primary");
  button.disabled = true;
  try { await submit(current); } finally { button.disabled = false; }
}

async function submit(one) {
  const who = here.as, { form } = one, values = typed(form);
  if (one.spent && !(await renew(one))) return;
  const reply = await post("/api/submit", { as: who, form: form.id, values }, formNote);
  if (!reply || current !== one) return;
  $("form-note").hidden = true;
  for (const f of form.fields) {
    const error = reply.errors?.[f.name], line = $("field-" + f.name + "-error");
    line.textContent = error || "";
    line.hidden = !error;
    input(f.name).setAttribute("aria-invalid", String(Boolean(error)));
  }
  if (reply.errors) {
    const other = Object.entries(reply.errors).filter(([name]) => !input(name));
    if (other.length) formNote(other.map(([, text]) => text).join(" "));
    $("fields").querySelector("[aria-invalid=true]")?.focus();
    return;
  }
  current = null;
  $("dialog").close();
  if (reply.refusal) again({ ...one, spent: true }, values, who, "was not saved; what you typed is kept.");
  if (who === here.as) answer(reply);
}

// renew gets a refused form anew, since each is answered once.
async function renew(one) {
  const reply = await post(one.from.path, { ...one.from.body, key: key() }, formNote);
  if (reply && !reply.form) formNote(reply.refusal?.text || "This form can't be opened any more.");
  if (!reply?.form) return false;
  one.form.id = reply.form.id;
  one.spent = false;
  return true;
}

// again offers a form with what was typed into it.
function again(one, values, who, why) {
  for (const f of one.form.fields) f.value = values[f.name];
  notice(`“${one.form.title}” ${why}`, "Open it again", () => {
    if (who !== here.as) return;
    openForm(one.form, one.from);
    current.spent = one.spent;
  });
}

export function putAside() {
  if (!current) return;
  const one = current;
  current = null;
  again(one, typed(one.form), here.as, "was put aside; nothing was saved.");
}
