import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { html } from '../html.ts';
import { formatClock } from '../model/format.ts';
import { type ColourName, colourOf, onThemeChange } from './colours.ts';
import { lastOf, stacked, sumOf } from './stack.ts';

export interface ChartSeries {
  readonly label: string;
  readonly colour: ColourName;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Bars on top of each other, or lines. */
  readonly kind: 'bars' | 'lines';
  readonly atMs: readonly number[];
  readonly stepMs: number;
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
}

const height = 190;
const dayMs = 86_400_000;

/** A chart over time. Its legend shows the values under the pointer, else the sums of bars and the last values of lines. */
export function Chart(props: ChartProps): VNode {
  const { label, kind, atMs, series, format } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [index, setIndex] = useState<number | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = place.current!;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(latest, element, setIndex), dataOf(latest.current), element);
    };
    draw();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    const stop = onThemeChange(draw);
    return () => {
      stop();
      observer.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [kind, series.length]);
  useEffect(() => plot.current?.setData(dataOf(props)), [atMs, series]);

  const isInside = index !== null && index < atMs.length;
  const shown = ({ values }: ChartSeries) =>
    isInside ? (values[index] ?? null) : kind === 'bars' ? sumOf(values) : lastOf(values);
  const text = (value: number | null) => (value === null ? '–' : format(value));
  const summary = series.map((one) => `${one.label} ${text(kind === 'bars' ? sumOf(one.values) : lastOf(one.values))}`);
  return html`<div class="chart">
    <div class="chart-place" ref=${place} role="img" aria-label=${`${label}: ${summary.join(', ')}`}></div>
    <ul class="legend" aria-hidden="true">
      ${series.map((one) => html`<li key=${one.label}><span class=${`swatch fill-${one.colour}`}></span>${one.label} <b>${text(shown(one))}</b></li>`)}
      <li class="muted legend-time">${isInside ? formatClock(atMs[index]!, isLong(atMs)) : kind === 'bars' ? 'in all' : 'last'}</li>
    </ul>
  </div>`;
}

function isLong(atMs: readonly number[]): boolean {
  return (atMs.at(-1) ?? 0) - (atMs[0] ?? 0) > dayMs;
}

/** The highest bars come first: the lower ones are drawn over them. */
function dataOf({ kind, atMs, series }: ChartProps): uPlot.AlignedData {
  const values = series.map((one) => one.values);
  const drawn = kind === 'bars' ? stacked(values).toReversed() : values;
  return [atMs, ...drawn] as unknown as uPlot.AlignedData;
}

/** A line of few values has points, because a value alone has no line. */
const pointsOf = {
  size: 5,
  show: ({ data }: uPlot, series: number) =>
    Array.from<unknown>(data[series]!).filter((value) => value !== null).length <= 20,
};

function optionsOf(
  latest: { readonly current: ChartProps },
  element: HTMLElement,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const { kind, series } = latest.current;
  const colours = series.map(({ colour }) => colourOf(element, colour));
  const [muted, line] = [colourOf(element, 'muted'), colourOf(element, 'line')];
  const font = '11px system-ui, sans-serif';
  const axis = { stroke: muted, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars!({ size: [0.86, 40], align: 1 });
  const drawn: uPlot.Series[] =
    kind === 'bars'
      ? colours.map((fill) => ({ fill, paths: bars, points: { show: false } })).toReversed()
      : colours.map((stroke) => ({ stroke, width: 1.5, spanGaps: true, points: { ...pointsOf, fill: stroke } }));
  return {
    ...{ width: Math.max(200, element.clientWidth), height, ms: 1 },
    ...{ legend: { show: false }, padding: [8, 20, 0, 0] },
    cursor: { y: false, points: { show: kind === 'lines' }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => rangeOf(latest.current) },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        space: 64,
        values: (_, splits) => splits.map((split) => formatClock(split, isLong(latest.current.atMs))),
      },
      {
        ...axis,
        size: 62,
        values: (_, splits) => splits.map((split) => latest.current.format(split)),
        ...(kind === 'bars' && { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] }),
      },
    ],
    series: [{}, ...drawn],
    hooks: { setCursor: [(plot) => onCursor(indexUnderPointer(plot, latest.current))] },
  };
}

/** A bar begins at its time; of lines the nearest point counts. Null if the pointer is elsewhere. */
function indexUnderPointer({ cursor, posToVal }: uPlot, { kind, atMs, stepMs }: ChartProps): number | null {
  const { idx, left = -1 } = cursor;
  if (idx === undefined || idx === null || left < 0) return null;
  if (kind === 'lines') return idx;
  const index = Math.floor((posToVal(left, 'x') - (atMs[0] ?? 0)) / stepMs);
  return Math.min(Math.max(index, 0), atMs.length - 1);
}

function rangeOf({ kind, atMs, stepMs }: ChartProps): [number, number] {
  const [first, last] = [atMs[0] ?? 0, atMs.at(-1) ?? 1];
  return [first, kind === 'bars' ? last + stepMs : Math.max(last, first + 1)];
}
