// What is typed into a wrap-up: in the browser at once, on the server within a second or two.

import { forget, forked, keep, remember, uuid } from "./leftovers.js";
import { signInAgain } from "./sign_in.js";
import { word } from "./words.js";

const TYPED = ["contact", "disposition", "when", "due", "whose", "comments"];
const KEEP_AFTER_MILLISECONDS = 700;
const TRY_AGAIN_MILLISECONDS = 3000;

export class Keeper {
  constructor(form) {
    this.form = form;
    this.window = uuid();
    this.fork = uuid();
    this.sequence = 0;
    this.sent = 0;
    this.sign = form.querySelector("[data-kept]");
  }

  typed() {
    this.sequence += 1;
    if (remember(this.draft())) this.say("");
    else this.warn(word("keeps-nothing"));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), KEEP_AFTER_MILLISECONDS);
  }

  draft() {
    const { dataset, elements } = this.form;
    const data = new FormData(this.form);
    return {
      agent: dataset.agent,
      number: dataset.number,
      corrects: dataset.corrects ?? "",
      call: dataset.call ?? "",
      continues_window: dataset.continues ?? "",
      continues_sequence: dataset.sequence ?? "",
      submission: elements.submission.value,
      opened_at: elements.opened_at.value,
      window: this.window,
      fork: this.fork,
      sequence: this.sequence,
      fields: Object.fromEntries(TYPED.map((name) => [name, data.get(name) ?? ""])),
    };
  }

  // The form as it is saved, with the version of its words.
  whole() {
    const { window, sequence, continues_window, continues_sequence } = this.draft();
    const data = new FormData(this.form);
    const version = { window, sequence, continues_window, continues_sequence };
    for (const [name, value] of Object.entries(version)) data.set(name, value);
    return data;
  }

  async send() {
    if (this.sent === this.sequence || this.isSending || this.isDone || this.isSaving) return;
    clearTimeout(this.timer);
    this.isSending = true;
    const draft = this.draft();
    const answer = await keep(draft, this.form.dataset.keep);
    this.isSending = false;
    if (this.isDone || this.isSaving) return;
    if (answer?.status === 204) this.isKept(draft);
    else if (answer?.is_same) this.isKept(draft);
    else if (answer?.status === 409) this.takeOwnPlace(draft, answer);
    else this.isNotKept(answer);
    if (this.sent !== this.sequence) this.timer = setTimeout(() => this.send(), this.pause(answer));
  }

  isKept(draft) {
    this.sent = draft.sequence;
    forget(draft);
    this.nameInAddress(draft);
    if (this.sent === this.sequence) this.say(word("kept"));
  }

  // A reload goes on with this very wrap-up, whichever others there are.
  nameInAddress(draft) {
    const address = new URL(location.href);
    address.searchParams.delete("new");
    address.searchParams.set("draft", draft.submission);
    history.replaceState(history.state, "", address);
  }

  isNotKept(answer) {
    const isSignedOut = answer?.status === 401 || answer?.status === 403;
    if (answer && !isSignedOut && answer.status < 500) this.warn(word("kept-refused").replace("{status}", answer.status));
    else if (isSignedOut) this.warn(word("kept-signed-out"), word("sign-in-again"), () => this.signInAndSend());
    else this.warn(word("kept-unreached"));
  }

  // Another window writes the same wrap-up, or it was saved there: this one goes on as one of its own.
  takeOwnPlace(draft, answer) {
    const { submission, corrects } = forked(draft, answer.saved ?? draft.corrects);
    this.fork = uuid();
    this.form.elements.submission.value = submission;
    delete this.form.dataset.continues;
    delete this.form.dataset.sequence;
    if (corrects) this.form.dataset.corrects = corrects;
    const address = new URL(this.form.action);
    if (answer.saved) address.searchParams.set("corrects", answer.saved);
    this.form.action = address;
    remember(this.draft());
  }

  pause(answer) {
    return answer?.status === 204 || answer?.status === 409 ? KEEP_AFTER_MILLISECONDS : TRY_AGAIN_MILLISECONDS;
  }

  async signInAndSend() {
    if (await signInAgain()) this.send();
  }

  // The page goes away: the last words are on their way, and in the browser until they have arrived.
  flush() {
    if (this.sent !== this.sequence && !this.isDone) keep(this.draft(), this.form.dataset.keep, { keepalive: true });
  }

  // There is nothing to keep any more.
  drop() {
    this.isDone = true;
    clearTimeout(this.timer);
    forget(this.draft());
  }

  say(text) {
    this.sign.removeAttribute("role");
    this.sign.textContent = text;
  }

  // What a screen reader tells at once.
  warn(text, action = "", act = null) {
    if (this.sign.role === "alert" && this.sign.textContent.startsWith(text)) return;
    this.sign.role = "alert";
    this.sign.textContent = text;
    if (!action) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--link";
    button.textContent = action;
    button.addEventListener("click", act);
    this.sign.append(" ", button);
  }
}
