/** The command `npm run simulate`: simulations with several seeds, and a small one for what went wrong. */
import { nodeSystem } from '../system/nodeSystem.ts';
import { describeShrunk } from './describeShrunk.ts';
import { reportTable } from './reportTable.ts';
import { help, readSettings, type Settings } from './settings.ts';
import { shrink } from './shrink.ts';
import { type SimulationReport, simulate } from './simulate.ts';

const settings = settingsOrExplain();
if (settings?.help) console.log(help);
else if (settings) process.exitCode = await run(settings);

/** Returns undefined if an option is wrong, which was explained then. */
function settingsOrExplain(): Settings | undefined {
  try {
    return readSettings(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run simulate -- --help.`);
    process.exitCode = 2;
    return undefined;
  }
}

async function run({ tasks, first, count, trace, ...common }: Settings): Promise<number> {
  const reports: SimulationReport[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const simulation = { ...common, tasks: Math.ceil(tasks / count), seed };
    const startMs = nodeSystem.now();
    const report = await simulate({ ...simulation, trace });
    reports.push(report);
    const seconds = Math.round((nodeSystem.now() - startMs) / 1000);
    console.log(`seed ${seed}: ${report.tasks} tasks, ${report.violations.length} violations, ${seconds} s`);
    for (const { invariant, id, text } of report.violations) console.log(`  ${id}: ${invariant}: ${text}`);
    if (trace !== undefined) printHistory(trace, report.history);
    const [violation] = report.violations;
    if (!violation) continue;
    console.log('\nLooking for a small simulation with the first violation:');
    const shrunk = await shrink(simulation, report, { onProgress: (text) => console.log(`  ${text}`) });
    if (shrunk) console.log(`\n${describeShrunk(shrunk)}\n`);
    else printHistory(violation.id, (await simulate({ ...simulation, trace: violation.id })).history);
  }
  console.log(reportTable(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function printHistory(id: string, history: readonly string[]): void {
  console.log(`\nThe history of ${id}:\n${history.map((line) => `  ${line}`).join('\n')}\n`);
}
