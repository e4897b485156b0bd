// A second opinion on our logs, by Go's sumdb packages.
//
//	golog check LOG VKEY [EARLIER…]   checks a log directory against its key, and that it grew from
//	                                  the checkpoints saved earlier
//	golog make DIR SIZE               makes a log of SIZE entries in Go: log.policy, and for some of
//	                                  its entries N.tlog-proof
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tlog calls the number of leaves of a tile 2^height, and puts the height into its paths.
const height = 8

// A head is a checkpoint whose signature was checked.
type head struct {
	origin string
	tree   tlog.Tree
}

func openCheckpoint(data []byte, verifier note.Verifier) (head, error) {
	n, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return head{}, errors.New("the checkpoint does not have three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return head{}, err
	}
	if lines[0] != verifier.Name() {
		return head{}, fmt.Errorf("the origin is %q, the key's name %q", lines[0], verifier.Name())
	}
	return head{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}

// --- a log directory --------------------------------------------------------------------------

type directory string

// read gives the first width elements of a tile or bundle. A log may drop a partial one when the
// full one is there.
func (d directory) read(path string, width int) ([]byte, error) {
	if width < 1<<height {
		if data, err := os.ReadFile(filepath.Join(string(d), fmt.Sprintf("%s.p/%d", path, width))); err == nil {
			return data, nil
		}
	}
	return os.ReadFile(filepath.Join(string(d), path))
}

// plainPath is tile/L/N, from tile/8/L/N[.p/W].
func plainPath(t tlog.Tile) string {
	path := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	if i := strings.Index(path, ".p/"); i >= 0 {
		path = path[:i]
	}
	return path
}

func (d directory) Height() int { return height }

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := d.read(plainPath(t), t.W)
		if err != nil {
			return nil, err
		}
		if len(data) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is too short", plainPath(t))
		}
		all = append(all, data[:t.W*tlog.HashSize])
	}
	return all, nil
}

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

// entries reads all entries of a log of this size.
func (d directory) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := int64(1 << height)
		if size-first < width {
			width = size - first
		}
		path := plainPath(tlog.Tile{H: height, L: 0, N: first >> height, W: 1 << height})
		data, err := d.read(strings.Replace(path, "tile/0/", "tile/entries/", 1), int(width))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("the bundle of entry %d ends early", first+i)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
	}
	return all, nil
}

// --- check ------------------------------------------------------------------------------------

// sample gives every number below size, or in a large log some of them, with both ends.
func sample(size int64) []int64 {
	step := size/1000 + 1
	var all []int64
	for i := int64(0); i < size; i += step {
		all = append(all, i)
	}
	if size > 0 {
		all = append(all, size-1)
	}
	return all
}

func checkEntries(d directory, tree tlog.Tree, hashes tlog.HashReader) error {
	entries, err := d.entries(tree.N)
	if err != nil {
		return err
	}
	for first := 0; first < len(entries); first += 1 << height {
		var indexes []int64
		for i := first; i < len(entries) && i < first+1<<height; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
		}
		stored, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, hash := range stored {
			if hash != tlog.RecordHash(entries[first+i]) {
				return fmt.Errorf("entry %d does not have the hash of its tile", first+i)
			}
		}
	}
	for _, i := range sample(tree.N) {
		proof, err := tlog.ProveRecord(tree.N, i, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(entries[i])); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

func checkGrowth(tree tlog.Tree, hashes tlog.HashReader) error {
	for _, i := range sample(tree.N) {
		earlier := i + 1
		root, err := tlog.TreeHash(earlier, hashes)
		if err != nil {
			return err
		}
		if err := checkConsistent(tree, tlog.Tree{N: earlier, Hash: root}, hashes); err != nil {
			return err
		}
	}
	return nil
}

func checkConsistent(tree, earlier tlog.Tree, hashes tlog.HashReader) error {
	if earlier.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("size %d is not consistent with size %d: %w", tree.N, earlier.N, err)
	}
	return nil
}

func readHead(path string, verifier note.Verifier) (head, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return head{}, err
	}
	return openCheckpoint(data, verifier)
}

func check(dir, vkey string, earlier []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	now, err := readHead(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	if now.tree.N == 0 {
		if now.tree.Hash != tlog.Hash(sha256.Sum256(nil)) {
			return errors.New("the empty tree has a wrong root")
		}
		fmt.Printf("%s: 0 entries\n", now.origin)
		return nil
	}
	hashes := tlog.TileHashReader(now.tree, directory(dir))
	if err := checkEntries(directory(dir), now.tree, hashes); err != nil {
		return err
	}
	if err := checkGrowth(now.tree, hashes); err != nil {
		return err
	}
	for _, path := range earlier {
		then, err := readHead(path, verifier)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := checkConsistent(now.tree, then.tree, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d entries, %d earlier checkpoints\n", now.origin, now.tree.N, len(earlier))
	return nil
}

// --- make -------------------------------------------------------------------------------------

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		all = append(all, m[i])
	}
	return all, nil
}

// A witness signs as c2sp.org/tlog-cosignature says, which the note package does not know.
type witness struct {
	name string
	key  ed25519.PrivateKey
	id   uint32
	vkey string
}

func newWitness(name string) (*witness, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	material := append([]byte{0x04}, public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), material...))
	id := binary.BigEndian.Uint32(sum[:])
	vkey := fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(material))
	return &witness{name, private, id, vkey}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.id }

func (w *witness) Sign(text []byte) ([]byte, error) {
	const time = 1700000000
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	blob := binary.BigEndian.AppendUint64(nil, time)
	return append(blob, ed25519.Sign(w.key, []byte(signed))...), nil
}

func writeProof(path string, index, size int64, hashes memory, checkpoint []byte) error {
	proof, err := tlog.ProveRecord(size, index, hashes)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	extra := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("entry %d", index)))
	fmt.Fprintf(&out, "c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n", extra, index)
	for _, hash := range proof {
		fmt.Fprintf(&out, "%v\n", hash)
	}
	fmt.Fprintf(&out, "\n%s", checkpoint)
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func makeLog(dir string, size int64) error {
	const origin = "example.com/made-in-go"
	var hashes memory
	for i := int64(0); i < size; i++ {
		more, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("entry %d", i)), hashes)
		if err != nil {
			return err
		}
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	cosigner, err := newWitness("witness.example.com/w1")
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%v\n", origin, size, root)
	checkpoint, err := note.Sign(&note.Note{Text: text}, signer, cosigner)
	if err != nil {
		return err
	}
	policy := fmt.Sprintf("log %s\nwitness W %s\nquorum W\n", vkey, cosigner.vkey)
	if err := os.WriteFile(filepath.Join(dir, "log.policy"), []byte(policy), 0o644); err != nil {
		return err
	}
	for _, index := range []int64{0, size / 3, size / 2, size - 1} {
		path := filepath.Join(dir, fmt.Sprintf("%d.tlog-proof", index))
		if err := writeProof(path, index, size, hashes, checkpoint); err != nil {
			return err
		}
	}
	return nil
}

func run(args []string) error {
	if len(args) >= 3 && args[0] == "check" {
		return check(args[1], args[2], args[3:])
	}
	if len(args) == 3 && args[0] == "make" {
		size, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil || size < 1 {
			return errors.New("the size must be a number from 1")
		}
		return makeLog(args[1], size)
	}
	return errors.New("usage: golog check LOG VKEY [EARLIER…] | golog make DIR SIZE")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "golog:", err)
		os.Exit(1)
	}
}
