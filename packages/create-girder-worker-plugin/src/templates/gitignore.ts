/** .gitignore. */
export function gitignore(): string {
  return `node_modules/
lib/
*.tgz
`;
}
