/** graphile-worker wants a module of tasks; those of the maintenance come from its plugin, which knows the configuration. */
export default {}
