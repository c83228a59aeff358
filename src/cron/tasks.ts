import { maintain } from './maintain.ts'

/** The tasks that the crontab names, as graphile-worker loads them. */
export default { 'sluice:maintain': maintain }
