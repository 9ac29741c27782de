# What `grantry plan` needs in OpenBao: names, marks and version numbers. No credential can be read
# with it, so it suits the job that runs on pull requests. (`plan --check-store` compares values: it needs
# openbao-policy.hcl.) Put your mount and prefix in the place of "secret" and "m2m".
path "secret/metadata/m2m/*" {
  capabilities = ["read"]
}

# Listings say what is known of each place. "scan" lists all folders at once; without it there is one request per folder.
path "secret/detailed-metadata/m2m/*" {
  capabilities = ["list", "scan"]
}

# How many clients the stack had, looked up when nothing of it is found, or when a plan of a part deletes some.
# No secret is in it.
path "secret/data/m2m/.grantry/ledger/*" {
  capabilities = ["read"]
}
