import Audit
import TestSupport
import Testing

@Suite("The Merkle tree", .tags(.unit))
struct TreeTests {
    /// Leaves and roots of the test data of RFC 6962's reference implementation.
    @Test("has the roots of the reference implementation")
    func knownRoots() {
        let leaves: [[UInt8]] = [
            [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
            Array(0x50...0x57), Array(0x60...0x6F),
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = Frontier()
        #expect(
            hexadecimal(tree.root)
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (leaf, root) in zip(leaves, roots) {
            tree.append(.leaf(leaf))
            #expect(hexadecimal(tree.root) == root)
        }
    }

    @Test("grows to the same root as by definition, also when taken up again from its bytes")
    func grows() throws {
        var tree = Frontier()
        var leaves: [TreeHash] = []
        for size in 1...130 {
            leaves.append(.leaf([UInt8(size)]))
            tree.append(leaves[size - 1])
            #expect(tree.root == NaiveTree.root(leaves[...]), "size \(size)")
            tree = try #require(Frontier(size: tree.size, bytes: tree.bytes))
        }
        #expect(Frontier(size: 131, bytes: tree.bytes) == nil)
    }

    @Test("every leaf of every small tree is proven, and no other leaf, place or tree is")
    func inclusion() {
        let leaves = (0..<40).map { TreeHash.leaf([$0]) }
        for size in 1...40 {
            let root = NaiveTree.root(leaves[..<size])
            for index in 0..<size {
                let path = path(TreeProof.inclusion(of: Int64(index), in: Int64(size)), leaves)
                #expect(path == NaiveTree.inclusion(of: index, in: leaves[..<size]))
                func isProven(
                    _ leaf: TreeHash, _ index: Int, _ size: Int, _ root: TreeHash,
                    _ path: [TreeHash]
                ) -> Bool {
                    TreeProof.includes(
                        leaf, at: Int64(index), size: Int64(size), root: root, path: path)
                }
                #expect(isProven(leaves[index], index, size, root, path))
                #expect(!isProven(.leaf([200]), index, size, root, path))
                #expect(!isProven(leaves[index], index, size, .zero, path))
                #expect(!isProven(leaves[index], index, size, root, path + [.zero]))
                #expect(!isProven(leaves[index], -1, size, root, path))
                #expect(!isProven(leaves[index], size, size, root, path))
                if size > 1 {
                    #expect(!isProven(leaves[index], index, size, root, path.dropLast()))
                    #expect(!isProven(leaves[index], (index + 1) % size, size, root, path))
                }
            }
        }
    }

    @Test("every small tree is proven to begin with every smaller one, and with no other")
    func consistency() {
        let leaves = (0..<40).map { TreeHash.leaf([$0]) }
        let forged = [TreeHash.leaf([200])] + leaves[1...]
        for new in 1...40 {
            for old in 1...new {
                let path = path(TreeProof.consistency(from: Int64(old), to: Int64(new)), leaves)
                #expect(path == NaiveTree.consistency(from: old, in: leaves[..<new]))
                func isProven(_ before: [TreeHash], _ after: [TreeHash], _ path: [TreeHash]) -> Bool
                {
                    TreeProof.isConsistent(
                        from: (Int64(old), NaiveTree.root(before[..<old])),
                        to: (Int64(new), NaiveTree.root(after[..<new])), path: path)
                }
                #expect(isProven(leaves, leaves, path))
                #expect(!isProven(forged, leaves, path))
                #expect(!isProven(leaves, forged, path))
                #expect(!isProven(leaves, leaves, path + [.zero]))
                if old < new { #expect(!isProven(leaves, leaves, path.dropLast())) }
            }
        }
    }

    @Test("proofs over large trees are those by definition")
    func largeTrees() {
        var random = SeededRandom.fromEnvironment()
        let seed = random.description
        let leaves = (0..<3_000).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }
        for _ in 0..<20 {
            let size = Int.random(in: 2...leaves.count, using: &random)
            let index = Int.random(in: 0..<size, using: &random)
            let inclusion = path(TreeProof.inclusion(of: Int64(index), in: Int64(size)), leaves)
            #expect(inclusion == NaiveTree.inclusion(of: index, in: leaves[..<size]), "\(seed)")
            let old = Int.random(in: 1..<size, using: &random)
            let consistency = path(
                TreeProof.consistency(from: Int64(old), to: Int64(size)), leaves)
            #expect(consistency == NaiveTree.consistency(from: old, in: leaves[..<size]), "\(seed)")
        }
    }

    private func path(_ ranges: [Range<Int64>], _ leaves: [TreeHash]) -> [TreeHash] {
        NaiveTree.path(ranges, in: leaves)
    }

    private func hexadecimal(_ hash: TreeHash) -> String {
        hash.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
