package config

import _ "embed"

// Template is a deskbell.yaml with every key, its default and a comment.
//
//go:embed template.yaml
var Template []byte
