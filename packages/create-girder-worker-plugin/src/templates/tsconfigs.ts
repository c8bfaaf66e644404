/** tsconfig.json: compiles src/ to lib/. */
export function buildTsconfig(): string {
  return `{
  "compilerOptions": {
    "rootDir": "src",
    "outDir": "lib",
    "declaration": true,
    "target": "es2023",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "noImplicitOverride": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true
  },
  "include": ["src"]
}
`;
}

/** test/tsconfig.json: checks the tests, which Node.js runs without a build. */
export function testTsconfig(): string {
  return `{
  "extends": "../tsconfig.json",
  "compilerOptions": {
    "rootDir": "..",
    "noEmit": true,
    "declaration": false,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true
  },
  "include": ["."]
}
`;
}
