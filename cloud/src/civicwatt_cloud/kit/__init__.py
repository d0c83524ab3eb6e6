"""What every module stands on: database, directory, identity, scope, rules, tables, errors."""
