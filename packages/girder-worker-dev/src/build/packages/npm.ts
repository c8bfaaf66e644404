interface NpmCall {
  readonly command: { readonly file: string; readonly args: string[] };
  readonly options: { readonly shell: boolean; readonly maxBuffer: number };
}

/** Returns how npm is started with these arguments. On Windows it is a script, which needs a shell. */
export function npm(args: readonly string[]): NpmCall {
  const onWindows = process.platform === 'win32';
  return {
    command: { file: onWindows ? 'npm.cmd' : 'npm', args: args.map((arg) => (onWindows ? `"${arg}"` : arg)) },
    options: { shell: onWindows, maxBuffer: 64 * 1024 * 1024 },
  };
}
