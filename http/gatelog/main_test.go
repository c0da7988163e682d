package gatelog_test

import (
	"os"
	"testing"

	"github.com/gatelog/gatelog/internal/nodetest"
)

func TestMain(m *testing.M) { os.Exit(nodetest.Run(m)) }
