module knowngood/tests/migrations/tools

go 1.26.0

require (
	github.com/golang-migrate/migrate/v4 v4.20.1 // indirect
	github.com/pressly/goose/v3 v3.29.0 // indirect
)
