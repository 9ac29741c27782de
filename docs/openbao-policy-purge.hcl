# In addition to openbao-policy.hcl, for `grantry apply --purge-store` only: removes documents with all their versions.
# Put your mount and prefix in the place of "secret" and "m2m".
path "secret/metadata/m2m/*" {
  capabilities = ["delete"]
}
