// The lesson's page: keys, files that go out when chosen, and no leaving with something typed and not saved.

const root = document.getElementById("lesson");

// What was sent last: {form, focused, button}; the answer puts the person back where she was.
let sent = null;

if (root) init();

function init() {
  enhance();
  root.addEventListener("input", ({ target }) => { if (target.form?.matches("[data-guard]")) target.form.dataset.typed = "1"; });
  root.addEventListener("change", ({ target }) => { if (target.matches("[data-upload] input[type=file]")) upload(target.form); });
  root.addEventListener("click", onClick);
  root.addEventListener("submit", ({ target, submitter }) => {
    sent = { form: target, button: submitter?.name, focused: document.activeElement?.id };
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:after:swap", afterSwap);
  window.addEventListener("beforeunload", (event) => { if (root.querySelector("form[data-typed]")) event.preventDefault(); });
  if (location.hash) root.querySelector(`${location.hash}:is(textarea, input)`)?.focus();
}

/** What only works with scripts is shown, what is not needed with them is hidden. */
function enhance() {
  for (const button of root.querySelectorAll("[data-put]")) button.hidden = false;
  for (const form of root.querySelectorAll("[data-upload]")) form.classList.add("by-script");
}

function upload(form) {
  if (form.elements.files.files.length) form.requestSubmit();
}

function onClick(event) {
  const put = event.target.closest("[data-put]");
  if (!put) return;
  const area = document.getElementById(put.dataset.put);
  area.value = put.dataset.text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

function onKey(event) {
  const { altKey, ctrlKey, metaKey, key, code, target } = event;
  const main = root.querySelector("#lesson-form form");
  // By code: the keys are «е» and «ы» in the Russian layout.
  if (altKey && code === "KeyT") press(event, main?.querySelector("[name=take_topic]"));
  else if ((ctrlKey || metaKey) && (key === "Enter" || code === "KeyS")) {
    press(event, (target.closest?.("form[data-guard]") ?? main)?.querySelector(".btn-primary"));
  }
}

function press(event, button) {
  if (!button) return;
  event.preventDefault();
  button.click();
}

function afterSwap() {
  enhance();
  takeVersion();
  if (!sent || sent.form.isConnected) return;
  const { button, focused } = sent;
  sent = null;
  const wrong = root.querySelector("[aria-invalid=true]");
  const place = wrong ?? document.getElementById(button === "take_topic" ? "homework" : focused);
  (place ?? root.querySelector("#lesson-form .btn-primary"))?.focus({ preventScroll: !wrong });
}

/** After one's own save the other forms of the page go on from the version it left; after a refusal they do not. */
function takeVersion() {
  const terms = document.getElementById("lesson-terms");
  if (!terms?.dataset.version) return;
  for (const input of root.querySelectorAll("input[name=version]")) input.value = terms.dataset.version;
  delete terms.dataset.version;
}
