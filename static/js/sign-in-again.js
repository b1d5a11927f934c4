// Signing in again over a page whose session has run out: nothing typed on it is lost.

import { renewToken, viewerId } from "./session.js";
import { announce } from "./messages.js";

/** The person closed the dialog, or this browser is somebody else's now: what waits is not sent. */
export class SignInRefused extends Error {}

let pending = null;

/** Resolves when the same person is signed in and the page has a fresh token. One dialog however many ask. */
export function signInAgain() {
  pending ??= ask().finally(() => { pending = null; });
  return pending;
}

async function ask() {
  const answer = await fetchForm("/login", { signal: AbortSignal.timeout?.(PATIENCE) });
  if (answer.status >= 500) throw new Error("no server behind the answer");
  const html = await answer.text();
  const done = signedIn(html);
  if (!done) await pauseInTyping();
  return done ? accept(done) : new Promise((resolve, reject) => openDialog(html, resolve, reject));
}

// The dialog takes the focus: half of what somebody is typing just now would end up in the password.
const PAUSE = 700; // ms
// A network that swallows everything says nothing by itself; older iPhones know no such patience.
const PATIENCE = 20000; // ms
let lastKey = 0;
document.addEventListener("keydown", () => { lastKey = performance.now(); }, { capture: true });

export async function pauseInTyping() {
  for (let left = PAUSE; left > 0; left = lastKey + PAUSE - performance.now()) {
    await new Promise((resolve) => { setTimeout(resolve, left); });
    if (lastKey + PAUSE <= performance.now()) return;
  }
}

const fetchForm = (url, options = {}) =>
  fetch(url, { credentials: "same-origin", ...options, headers: { "HX-Request": "true" } });

function openDialog(html, resolve, reject) {
  const dialog = document.getElementById("sign-in-dialog");
  const focused = document.activeElement;
  const finish = (settle, value) => {
    dialog.removeEventListener("close", cancelled);
    dialog.removeEventListener("submit", submit);
    if (dialog.open) dialog.close();
    focused?.focus?.();
    settle(value);
  };
  const cancelled = () => finish(reject, new SignInRefused("cancelled"));
  const submit = async (event) => {
    event.preventDefault();
    const answer = await post(event.target);
    const done = answer && signedIn(answer);
    if (!done) return show(dialog, answer);
    try {
      finish(resolve, accept(done));
    } catch (refusal) {
      dialog.removeEventListener("submit", submit);
      dialog.removeEventListener("close", cancelled);
      reject(refusal);
    }
  };
  show(dialog, html);
  dialog.addEventListener("close", cancelled);
  dialog.addEventListener("submit", submit);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[type=password], [name=code]")?.focus();
  announce("Сеанс истёк: введите пароль, чтобы сохранить набранное.");
}

async function post(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    return await (await fetchForm(form.action, { method: "POST", body: new FormData(form) })).text();
  } catch {
    return null;
  } finally {
    button.disabled = false;
  }
}

/** The form with the name fixed to the page's own person; null: the network is down, the form stays. */
function show(dialog, html) {
  const place = dialog.querySelector("[data-sign-in-body]");
  if (html === null) {
    const note = document.createElement("p");
    note.className = "note note-bad";
    note.textContent = "Нет связи с сервером. Проверьте сеть и нажмите «Войти» ещё раз.";
    place.querySelector(".note-bad")?.remove();
    place.querySelector("form").prepend(note);
    return;
  }
  place.innerHTML = html;
  const name = place.querySelector("[name=username]");
  if (name) {
    name.value = document.body.dataset.username;
    name.readOnly = true;
  }
  // The password, or the code of the second step.
  place.querySelector("[type=password], [name=code]")?.focus();
}

function signedIn(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-signed-in]")?.dataset ?? null;
}

/** Takes the new token, unless another person is signed in in this browser: nothing is sent in his name. */
function accept(done) {
  if (done.signedIn === viewerId()) {
    renewToken(done.csrf);
    return undefined;
  }
  tellOther(done.name);
  throw new SignInRefused("somebody else signed in");
}

function tellOther(name) {
  const dialog = document.getElementById("sign-in-dialog");
  const place = dialog.querySelector("[data-sign-in-body]");
  const text = document.createElement("p");
  text.textContent =
    `В этом браузере теперь вошёл другой пользователь: ${name}; набранное на этой странице не отправлено. ` +
    "Отметки останутся в этом браузере и уйдут, когда вы войдёте под своим именем; остальное, если нужно, перепишите.";
  const leave = document.createElement("a");
  leave.className = "btn btn-primary";
  leave.href = "/";
  leave.textContent = "Открыть начальную страницу";
  place.replaceChildren(text, leave);
  if (!dialog.open) dialog.showModal();
}
