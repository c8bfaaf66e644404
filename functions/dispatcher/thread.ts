import { app } from 'girder-worker/app';
import { createGirderExtension } from 'girder-worker/girder/extension';
import { serveTasks } from 'girder-worker/thread';
import { registry } from './registry.generated.ts';

app.config.update(registry.settings);
serveTasks(registry, createGirderExtension({ registry, env: process.env }));
