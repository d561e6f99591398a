package worker

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	probe = tryToEscape
	fake = abuseProtocol
	Main()
	os.Exit(m.Run())
}
