package output

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// Longer lines are shown cut; the output in state is always whole.
const shownLineLimit = 4096

// lineWriter shows what is written to it line by line, each one bounded, however long it is.
type lineWriter struct {
	show    func(line string)
	line    []byte
	dropped int
}

func (writer *lineWriter) Write(chunk []byte) (int, error) {
	length := len(chunk)
	for {
		end := bytes.IndexByte(chunk, '\n')
		if end < 0 {
			writer.keep(chunk)
			return length, nil
		}
		writer.keep(chunk[:end])
		writer.showLine()
		chunk = chunk[end+1:]
	}
}

// flush shows a last line without an end.
func (writer *lineWriter) flush() {
	if len(writer.line) > 0 {
		writer.showLine()
	}
}

func (writer *lineWriter) keep(part []byte) {
	room := shownLineLimit - len(writer.line)
	if len(part) > room {
		writer.dropped += len(part) - room
		part = part[:room]
	}
	writer.line = append(writer.line, part...)
}

func (writer *lineWriter) showLine() {
	// A message that is not valid UTF-8 cannot be sent.
	line := strings.ToValidUTF8(strings.TrimSuffix(string(writer.line), "\r"), "\uFFFD")
	if writer.dropped > 0 {
		line += fmt.Sprintf(" … (%d more bytes)", writer.dropped)
	}
	writer.line, writer.dropped = writer.line[:0], 0
	writer.show(line)
}

// lockedBuffer takes both streams in the order in which they arrive.
type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (locked *lockedBuffer) Write(chunk []byte) (int, error) {
	locked.mutex.Lock()
	defer locked.mutex.Unlock()
	return locked.buffer.Write(chunk)
}

func (locked *lockedBuffer) tail(limit int) string {
	locked.mutex.Lock()
	defer locked.mutex.Unlock()
	text := locked.buffer.Bytes()
	if len(text) <= limit {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	cut := len(text) - limit
	return fmt.Sprintf("(%d bytes before this are left out)\n%s", cut, strings.ToValidUTF8(string(text[cut:]), "\uFFFD"))
}
