// Sends files into a batch, three at a time; tries again by itself when the network or site stumbles.

const AT_ONCE = 3;
const PAUSES = [1000, 4000]; // before the second and the third try, in ms
const SILENCE = 120_000; // ms without an answer after the last byte
const TAKEN = /\.xlsx?$/i; // other names are sent without their bytes

export class Sender {
  /** page: {newBatch, token}; changed(entry) is called whenever something about an entry changes. */
  constructor(page, changed) {
    this.page = page;
    this.changed = changed;
    this.token = page.token;
    this.entries = [];
    this.waiting = [];
    this.running = 0;
    this.batch = null;
    this.stopped = ""; // why nothing more is sent
  }

  add(offers) {
    for (const { file, folder } of offers) {
      const entry = { file, folder, state: "waiting", sent: 0, tries: 0, reason: "" };
      this.entries.push(entry);
      this.waiting.push(entry);
    }
    this.pump();
  }

  get isBusy() {
    return this.running > 0 || this.waiting.length > 0;
  }

  async retry(entries) {
    this.stopped = "";
    await this.renewToken();
    for (const entry of entries) Object.assign(entry, { state: "waiting", tries: 0, reason: "" });
    this.waiting.push(...entries);
    this.pump();
  }

  async pump() {
    if (!this.batch && this.waiting.length && !(await this.openBatch())) return;
    while (this.running < AT_ONCE && this.waiting.length && !this.stopped) {
      this.send(this.waiting.shift());
    }
  }

  /** Opens the batch once; two calls at the same time share it. */
  openBatch() {
    this.opening ??= this.askForBatch().finally(() => (this.opening = null));
    return this.opening;
  }

  async askForBatch() {
    try {
      const answer = await fetch(this.page.newBatch, {
        method: "POST",
        headers: { "X-CSRFToken": this.token, Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.batch = await answer.json();
      return true;
    } catch (error) {
      this.stop(/^(200|403)$/.test(error.message) ? "signed-out" : "unreachable");
      return false;
    }
  }

  /** What waits becomes failed, so that one button sends it again. */
  stop(why) {
    this.stopped = why;
    for (const entry of this.waiting.splice(0)) this.fail(entry, "");
    this.changed(null);
  }

  send(entry) {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("folder", entry.folder);
    if (TAKEN.test(entry.file.name)) form.append("file", entry.file, entry.file.name);
    else form.append("name", entry.file.name);
    this.running += 1;
    Object.assign(entry, { state: "sending", tries: entry.tries + 1 });
    request.open("POST", this.batch.file_url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", this.token);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      entry.sent = event.total ? event.loaded / event.total : 0;
      this.changed(entry);
    };
    let silence = 0;
    request.upload.onloadend = () => (silence = setTimeout(() => request.abort(), SILENCE));
    request.onloadend = () => {
      clearTimeout(silence);
      this.running -= 1;
      this.answered(entry, request);
      this.changed(entry);
      this.pump();
    };
    request.send(form);
    this.changed(entry);
  }

  answered(entry, request) {
    const answer = request.response;
    if (request.status < 300 && answer?.outcome) {
      Object.assign(entry, { state: answer.outcome, sent: 1 });
      entry.reason = answer.reason || "";
      entry.file = { name: entry.file.name }; // let the bytes go
    } else if (request.status === 403 || (request.status >= 200 && request.status < 400)) {
      this.fail(entry, "");
      this.stop("signed-out");
    } else if (request.status === 413) {
      this.fail(entry, "Larger than the site takes.");
    } else if (request.status && request.status < 500 && request.status !== 429) {
      this.fail(entry, `The site answered ${request.status}.`);
    } else if (entry.tries <= PAUSES.length && !this.stopped) {
      entry.state = "pausing";
      this.running += 1; // it keeps its place
      setTimeout(() => {
        this.running -= 1;
        this.waiting.unshift(entry);
        if (this.stopped) this.stop(this.stopped);
        else this.pump();
      }, PAUSES[entry.tries - 1]);
    } else {
      this.fail(entry, request.status ? `The site answered ${request.status}.` : "No answer.");
    }
  }

  fail(entry, reason) {
    Object.assign(entry, { state: "failed", reason, sent: 0 });
    this.changed(entry);
  }

  /** After signing in again the old token is worth nothing; the page has a new one. */
  async renewToken() {
    try {
      const page = await (await fetch(location.href)).text();
      const fresh = new DOMParser().parseFromString(page, "text/html");
      const field = fresh.querySelector("[data-upload] [name=csrfmiddlewaretoken]");
      if (field) this.token = field.value;
    } catch {
      // the next send says what is wrong
    }
  }
}
