/** Return all files of what was dropped, those in folders too. */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  // The list empties itself when the event is over: take the entries first.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((e) => e !== null);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((done, no) => (entry as FileSystemFileEntry).file(done, no))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // a folder is read a hundred entries at a time
    const some = await new Promise<FileSystemEntry[]>((done, no) => reader.readEntries(done, no));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}
