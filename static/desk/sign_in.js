// Signs in again on the page itself, so that nothing that was typed has to be left.

import { word } from "./words.js";

const dialog = document.querySelector("#sign-in-again");
const form = dialog?.querySelector("form");
let running = null;
let csrf = "";

// Answers whether the page's own agent is signed in now. Asks for the password only where it must.
export function signInAgain() {
  running ??= ask().finally(() => (running = null));
  return running;
}

async function ask() {
  const now = await (await fetch(form.dataset.address, { headers: { Accept: "application/json" } })).json();
  if (String(now.agent) === form.dataset.agent) {
    takeToken(now.csrf);
    return true;
  }
  csrf = now.csrf;
  form.querySelector("[role=alert]").hidden = true;
  dialog.showModal();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (await signIn()) {
        dialog.close();
        resolve(true);
      }
    };
    form.querySelector("[data-later]").onclick = () => dialog.close();
    dialog.onclose = () => resolve(false);
  });
}

async function signIn() {
  const password = form.querySelector("[type=password]");
  const body = new FormData();
  body.set("username", form.dataset.username);
  body.set("password", password.value);
  let said = [word("unreached")];
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": csrf };
    const response = await fetch(form.dataset.address, { method: "POST", body, headers });
    const told = await response.json();
    if (response.ok) {
      takeToken(told.csrf);
      password.value = "";
      return true;
    }
    said = told.errors ?? [word("did-not-work")];
  } catch {
    // What is said already tells it.
  }
  const alert = form.querySelector("[role=alert]");
  alert.textContent = said.join(" ");
  alert.hidden = false;
  password.select();
  return false;
}

// A sign-in makes a new token: every form of the page takes it, if it is the page's own agent who signed in.
function takeToken(token) {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
}
