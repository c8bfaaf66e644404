import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireGirder } from '../support/requirements.ts';
import { girderVersions } from './girder/girderInstallation.ts';
import { type GirderStack, startGirderStack } from './girder/girderStack.ts';
import { builtIns } from './girder/scenarios/builtIns.ts';
import { cancellation } from './girder/scenarios/cancellation.ts';
import { children } from './girder/scenarios/children.ts';
import { endings } from './girder/scenarios/endings.ts';
import { downloads, resultHooks } from './girder/scenarios/files.ts';
import { messages } from './girder/scenarios/messages.ts';
import { unavailable } from './girder/scenarios/unavailable.ts';

const groups = { messages, endings, cancellation, children, downloads, resultHooks, builtIns, unavailable };

describe.skipIf(!requireGirder())('with a real Girder', () => {
  let girderStack: GirderStack;

  // The first run installs two versions of Girder.
  beforeAll(async () => {
    girderStack = await startGirderStack();
  }, 900_000);

  afterAll(() => girderStack?.stop());

  describe.each(girderVersions)('%s', (version) => {
    describe.concurrent.each(Object.entries(groups))('%s', (_group, scenarios) => {
      test.concurrent.each(scenarios.map((scenario) => [scenario.sentence, scenario] as const))(
        '%s',
        async (_sentence, scenario) => {
          const { stack, girders } = girderStack;
          const girder = girders.get(version)!;
          const printed = stack.lines.length;
          await scenario.run(girder).catch((error: unknown) => {
            const worker = stack.lines.slice(printed).slice(-30).join('\n');
            expect.fail(
              `${error}\nThe worker printed:\n${worker}\nGirder printed:\n${girder.server.log().slice(-2000)}`,
            );
          });
        },
        120_000,
      );
    });
  });
});
