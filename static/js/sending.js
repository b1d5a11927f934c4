// What stands between the button of a form and the server: a question, a second press, a session that ran out meanwhile.

import { filled, keepForm } from "./kept-form.js";
import { toast } from "./messages.js";
import { viewerId } from "./session.js";
import { SignInRefused, signInAgain } from "./sign-in-again.js";
import { agreesWithStored } from "./stored.js";

// Forms of which the server has just said that it is there and knows who sends them: they go now.
const sure = new WeakSet();

// A form that asks first: data-confirm="Заблокировать …?"
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !sure.has(event.target) && !window.confirm(question)) event.preventDefault();
});

// A form that an impatient hand sends twice is sent once: the same content while the answer is under way. What scripts of
// their own send is theirs to look after.
const AGAIN = 10000; // ms: what brings a file leaves the page as it is and may be wanted once more
const pressed = new WeakMap(); // form → what it holds, with the button
const underWay = new WeakMap(); // form → {content, since}

// What is of the page and not of who fills the form tells nothing of it.
const OF_THE_PAGE = ["csrf_token", "form_id"];
const contentOf = (form, button) => JSON.stringify([...new FormData(form, button)]
  .filter(([name]) => !OF_THE_PAGE.includes(name)).map(([name, value]) => [name, value.name ?? value, value.size]));
const sends = (form) => underWay.set(form, { content: pressed.get(form), since: performance.now() });

window.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  pressed.set(form, contentOf(form, submitter));
  const { content, since } = underWay.get(form) ?? {};
  if (sure.has(form) || content !== pressed.get(form) || performance.now() - since > AGAIN) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast("Уже отправлено: сервер ещё отвечает.");
}, { capture: true });

window.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post") return;
  sends(form);
  if (!sure.delete(form) && viewerId() && isFilled(form)) {
    event.preventDefault();
    sendWhenSure(form, submitter);
  } else {
    keepForm(form, pressed.get(form));
  }
});

// ── What was typed does not leave the page before somebody is there to take it ──
const asking = new Set();
const isFilled = (form) => filled(form).length > 0 || form.querySelector("[type=file]") !== null;

/** A page of its own would take the place of what was typed, files with it: to say that there is no server, or no session. */
async function sendWhenSure(form, submitter) {
  if (asking.has(form)) return;
  asking.add(form);
  try {
    await signInAgain();
    if (form.dataset.stored && !(await agreesWithStored(form))) {
      underWay.delete(form);
      return;
    }
    asking.delete(form);
    sure.add(form);
    form.requestSubmit(submitter);
  } catch (error) {
    underWay.delete(form);
    const cause = error instanceof SignInRefused ? "" : "Нет связи с сервером. ";
    // Of somebody else who is signed in here now the dialog has told.
    if (!document.getElementById("sign-in-dialog").open) toast(`${cause}Не отправлено: набранное осталось в полях, отправьте ещё раз.`, "bad");
  } finally {
    asking.delete(form);
    sure.delete(form);
  }
}

// Who is away to another page before it is sent would lose it: the browser asks.
window.addEventListener("beforeunload", (event) => { if (asking.size) event.preventDefault(); });

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (pressed.has(ctx.sourceElement)) sends(ctx.sourceElement);
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => underWay.delete(ctx.sourceElement));

// Back on the page as it was.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.forms) underWay.delete(form);
});
