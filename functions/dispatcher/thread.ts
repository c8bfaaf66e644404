import { app } from 'girder-worker/app';
import { serveTasks } from 'girder-worker/thread';
import { registry } from './registry.generated.ts';

app.config.update(registry.settings);
serveTasks(registry);
