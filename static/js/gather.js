// Files out of inputs and drops, folders included, each with the folder it lay in.

/** What is offered: {file, folder}; folder is the path without the name, "" at the top. */
export function fromInput(input) {
  return Array.from(input.files, (file) => {
    const path = file.webkitRelativePath || "";
    return { file, folder: path.split("/").slice(0, -1).join("/") };
  });
}

/** Everything in a drop. Entries must be taken before the first await: the browser empties them. */
export async function fromDrop(transfer) {
  const items = Array.from(transfer.items || []).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return Array.from(transfer.files, (file) => ({ file, folder: "" }));
  const found = [];
  const unreadable = [];
  for (const entry of entries) await walk(entry, "", found, unreadable);
  return Object.assign(found, { unreadable });
}

async function walk(entry, folder, found, unreadable) {
  try {
    if (entry.isFile) {
      found.push({ file: await new Promise((ok, no) => entry.file(ok, no)), folder });
    } else if (entry.isDirectory) {
      const inside = folder ? `${folder}/${entry.name}` : entry.name;
      for (const child of await children(entry)) await walk(child, inside, found, unreadable);
    }
  } catch {
    unreadable.push(folder ? `${folder}/${entry.name}` : entry.name);
  }
}

/** readEntries gives at most a hundred at a time and ends with an empty list. */
async function children(directory) {
  const reader = directory.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((ok, no) => reader.readEntries(ok, no));
    if (!some.length) return all;
    all.push(...some);
  }
}
