// What the figures were taken on.
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

export function describeMachine() {
  const processors = cpus();
  return {
    cores: processors.length,
    cpu: processors[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadAverage: Number(loadavg()[1]?.toFixed(1)),
  };
}

/** One line for people. Where more runs than there are cores, a process that computes waits longer than one that waits anyway. */
export function renderMachine({ cores, cpu, system, node, loadAverage }) {
  const busy = loadAverage > 2 * cores ? '; it was busy with other things too: measure again on a quiet one' : '';
  return `${cores} cores of ${cpu}, ${system}, Node ${node}, load ${loadAverage}${busy}\n`;
}
