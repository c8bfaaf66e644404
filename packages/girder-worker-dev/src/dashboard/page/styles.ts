/** The page's style sheet. */
export const styles = ':root { color-scheme: light dark; font-family: system-ui, sans-serif; }';
