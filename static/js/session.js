// Who this page belongs to, and the token its requests carry.

const meta = () => document.querySelector('meta[name="csrf-token"]');

export const csrfToken = () => meta().content;

export const viewerId = () => document.body.dataset.userId ?? "";

/** A new token after signing in again; forms already on the page get it too. */
export function renewToken(token) {
  const old = csrfToken();
  meta().content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) {
    if (input.value === old || input.form) input.value = token;
  }
}
