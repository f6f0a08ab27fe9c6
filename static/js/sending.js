// Shows how a hand-over goes: counts, one overall bar, the last files, and whatever needs a look.

const RECENT = 50;
const PROBLEMS = 200;
const SPEAK_EVERY = 5000;
const WORDS = { accepted: "accepted", duplicate: "duplicates", refused: "refused", failed: "failed" };
const TROUBLE = {
  "signed-out": "You are signed out. Sign in again in another tab, then press “Send failed ones again”.",
  unreachable: "The site does not answer. What was sent is safe; try the rest again in a moment.",
};

export class Board {
  constructor(root, sender) {
    this.root = root;
    this.sender = sender;
    this.rows = new Map();
    this.touched = new Set();
    this.startedAt = Date.now();
    this.spokenAt = 0;
    this.part = (name) => root.querySelector(`[data-${name}]`);
  }

  /** Collects changes; draws once a frame at most. */
  changed(entry) {
    if (entry) this.touched.add(entry);
    this.frame ??= setTimeout(() => {
      this.frame = null;
      this.draw();
    }, 60);
  }

  draw() {
    for (const entry of this.touched) this.drawRow(entry);
    this.touched.clear();
    const count = { accepted: 0, duplicate: 0, refused: 0, failed: 0, waiting: 0 };
    let part = 0;
    for (const entry of this.sender.entries) {
      count[entry.state in count ? entry.state : "waiting"] += 1;
      part += entry.sent;
    }
    const total = this.sender.entries.length;
    const done = total - count.waiting - count.failed;
    const over = !this.sender.isBusy;
    this.part("overall").max = total || 1;
    this.part("overall").value = part;
    this.part("overall").classList.toggle("is-done", over && !count.failed);
    this.part("title").textContent = !over ? "Sending" : count.failed ? "Some files were not sent" : "All sent";
    this.part("words").textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} files answered`;
    this.part("aside").textContent = over ? "" : this.timeLeft(part, total);
    this.part("tallies").replaceChildren(...tallies(count));
    this.part("retry-all").hidden = !count.failed;
    this.part("problem-box").hidden = !this.part("problems").childElementCount;
    const link = this.part("batch-link");
    if (this.sender.batch) Object.assign(link, { href: this.sender.batch.url, hidden: false });
    this.part("trouble").hidden = !this.sender.stopped;
    this.part("trouble-words").textContent = TROUBLE[this.sender.stopped] || "";
    document.title = `${over ? "Sent" : `${done} of ${total}`} · Upload · Laser Trim Analyzer`;
    if (over || Date.now() - this.spokenAt > SPEAK_EVERY) {
      this.spokenAt = Date.now();
      this.part("status").textContent = `${done} of ${total} files answered, ${count.failed} failed.`;
    }
  }

  timeLeft(part, total) {
    const seconds = (Date.now() - this.startedAt) / 1000;
    if (seconds < 3 || part < 3) return "";
    const left = (seconds / part) * (total - part);
    return left < 60 ? `about ${Math.max(1, Math.round(left))} s left` : `about ${Math.round(left / 60)} min left`;
  }

  drawRow(entry) {
    const isProblem = entry.state === "refused" || entry.state === "failed";
    const row = this.rows.get(entry) ?? this.newRow(entry);
    const bar = row.querySelector("progress");
    bar.value = entry.sent;
    bar.hidden = entry.state in WORDS;
    if (row.dataset.state !== entry.state) {
      row.dataset.state = entry.state;
      row.querySelector(".badge").replaceWith(this.badge(entry.state));
    }
    row.querySelector(".sent-reason").textContent = entry.reason;
    const problems = this.part("problems");
    if (isProblem && row.parentElement !== problems) {
      if (problems.childElementCount < PROBLEMS) problems.append(row);
      else this.drop(row, entry, "More files need a look; the batch lists all of them.");
    } else if (!isProblem && row.parentElement !== this.part("recent")) {
      this.part("recent").prepend(row);
    }
    this.cap();
  }

  drop(row, entry, words) {
    row.remove();
    this.rows.delete(entry);
    Object.assign(this.part("more"), { hidden: false, textContent: words });
  }

  /** Hundreds of rows would make the page slow; only the last ones stay. */
  cap() {
    const recent = this.part("recent");
    while (recent.childElementCount > RECENT) {
      const last = recent.lastElementChild;
      this.rows.delete(last.entry);
      last.remove();
    }
  }

  /** A state as the server draws it. */
  badge(state) {
    return this.root.querySelector(`template[data-badge="${state}"]`).content.firstElementChild.cloneNode(true);
  }

  newRow(entry) {
    const row = document.createElement("li");
    row.className = "sent-item";
    row.entry = entry;
    const name = Object.assign(document.createElement("bdi"), { className: "sent-name", title: entry.file.name });
    name.textContent = entry.folder ? `${entry.folder}/${entry.file.name}` : entry.file.name;
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Sent of ${entry.file.name}`);
    row.dataset.state = entry.state;
    const reason = Object.assign(document.createElement("span"), { className: "sent-reason" });
    row.append(name, bar, this.badge(entry.state), reason);
    this.rows.set(entry, row);
    return row;
  }
}

function tallies(count) {
  return Object.entries(WORDS).filter(([state]) => count[state]).map(([state, word]) => {
    const tally = Object.assign(document.createElement("span"), { className: "tally" });
    tally.append(Object.assign(document.createElement("b"), { textContent: count[state].toLocaleString("en") }), ` ${word}`);
    return tally;
  });
}
