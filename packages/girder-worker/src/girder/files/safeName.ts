/** A name from Girder as the name of a local file: without anything that would lead to another folder. */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names from Girder may contain anything
  const plain = name.replace(/[/\\\u0000-\u001f]/g, '_').replace(/^\.{1,2}$/, '_');
  return plain === ''
    ? '_'
    : Buffer.from(plain)
        .subarray(0, 250)
        .toString('utf8')
        .replace(/\ufffd$/, '');
}
