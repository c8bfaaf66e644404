/** Control characters but tab and line feed, the separators of lines and paragraphs, and characters that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text that may contain ids, names, errors and results of others, as a terminal may show it: control characters, with which a text can
 * move the cursor, change colours or the title of the window, and hide other lines, are escaped as in JSON (`\u001b`).
 */
export function terminalText(text: string): string {
  return text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text of a log line. A further line in it that begins as a log line does is indented, so that no text can add a line to the log. */
export function logText(text: string): string {
  return terminalText(text).replaceAll('\n[', '\n [');
}
