import { expect, test } from 'vitest'
import { describeConfig } from '../../src/config.ts'
import { code, tableRows } from './tables.ts'

/** Their defaults depend on the machine and the account. */
const ofTheMachine = ['SLUICE_DATA_DIR', 'SLUICE_WORKER_NAME']

const documented = (await tableRows('configuration.md')).map(([name, takes, value]) => ({
  name: code(name!),
  takes: takes!,
  value: value!,
}))

test('docs/configuration.md holds every setting, in its order, with what it takes and its default', () => {
  const settings = describeConfig({}).map(({ name, takes, value }) => ({
    name,
    takes,
    value: value === '' ? 'none' : `\`${value}\``,
  }))
  expect(documented.map(withoutMachine)).toEqual(settings.map(withoutMachine))
})

test('docs/configuration.md says where the defaults come from that depend on the machine', () => {
  for (const name of ofTheMachine) {
    expect(documented.find((setting) => setting.name === name)?.value).toMatch(/folder of the user|host name/)
  }
})

function withoutMachine<Setting extends { name: string; value: string }>(setting: Setting): Setting {
  return ofTheMachine.includes(setting.name) ? { ...setting, value: 'of the machine' } : setting
}
