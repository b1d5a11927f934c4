// A form whose answer was lost may have been carried out. Sent again as it is it goes out under the same id, and the
// server carries it out once (web/once.py).

import { newId } from "./offline/store.js";

const unanswered = new WeakMap(); // form → {id, content}

const contentOf = (body) => JSON.stringify([...body].map(([name, value]) => [name, value.name ?? value, value.size]));

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { sourceElement: form, request } = ctx;
  if (form.tagName !== "FORM" || request.method !== "POST") return;
  const content = contentOf(request.body);
  const before = unanswered.get(form);
  const { id } = before?.content === content ? before : { id: newId() };
  unanswered.set(form, { id, content });
  request.headers["X-Form-Id"] = id;
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) unanswered.delete(ctx.sourceElement);
  // The page opens anew at its top, where it is told.
  if (ctx.response.headers.has("HX-Refresh")) history.scrollRestoration = "manual";
});
