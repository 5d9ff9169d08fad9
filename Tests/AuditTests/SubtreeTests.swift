import Audit
import TestSupport
import Testing

@Suite("Kept roots of subtrees", .tags(.unit))
struct SubtreeTests {
    /// A log with the roots that it keeps: `levels[0]` are its leaves.
    struct KeptLog {
        var levels: [[TreeHash]] = [[], [], []]

        init(leaves: Int) {
            var tree = Frontier()
            for number in 0..<leaves {
                let leaf = TreeHash.leaf(Array("leaf \(number)".utf8))
                levels[0].append(leaf)
                for subtree in tree.append(leaf) {
                    #expect(subtree.index == Int64(levels[subtree.level].count))
                    levels[subtree.level].append(subtree.root)
                }
            }
        }

        var leaves: [TreeHash] { levels[0] }

        func read(_ run: HashRun) -> [TreeHash] {
            Array(levels[run.level][Int(run.indices.lowerBound)..<Int(run.indices.upperBound)])
        }
    }

    /// Crosses the boundaries of both levels.
    private static let log = KeptLog(leaves: 66_100)

    @Test("leaf 256 of each subtree completes it, and its root is that of its leaves")
    func completed() {
        let log = Self.log
        #expect(log.levels[1].count == 258)
        #expect(log.levels[2].count == 1)
        for (index, root) in log.levels[1].enumerated() {
            #expect(root == NaiveTree.root(log.leaves[index * 256..<(index + 1) * 256]))
        }
        #expect(log.levels[2] == [NaiveTree.root(log.leaves[..<65_536])])
        #expect(Subtree.count(onLevel: 1, in: 66_100) == 258)
        #expect(Subtree.count(onLevel: 2, in: 66_100) == 1)
        #expect(Subtree.count(onLevel: 2, in: 65_535) == 0)
    }

    @Test(
        "a proof made of them is that made of all leaves, whatever the tree's size",
        arguments: [
            1, 2, 255, 256, 257, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, 66_100,
        ])
    func boundaries(size: Int) {
        for index in Set([0, size / 2, size - 1, min(size - 1, 255), min(size - 1, 256)]) {
            let ranges = TreeProof.inclusion(of: Int64(index), in: Int64(size))
            #expect(isMadeOfFew(ranges), "leaf \(index) of \(size)")
        }
        for old in Set([1, (size + 1) / 2, size, min(size, 255), min(size, 256), min(size, 257)]) {
            let ranges = TreeProof.consistency(from: Int64(old), to: Int64(size))
            #expect(isMadeOfFew(ranges), "from \(old) to \(size)")
        }
    }

    @Test("nor does it matter where in a tree of any size a leaf stands, or where it was older")
    func randomSizes() {
        var random = SeededRandom.fromEnvironment()
        let seed = random.description
        for most in [300, 3_000, 66_100] {
            for _ in 0..<12 {
                let size = Int64.random(in: 2...Int64(most), using: &random)
                let index = Int64.random(in: 0..<size, using: &random)
                let isIncluded = isMadeOfFew(TreeProof.inclusion(of: index, in: size))
                #expect(isIncluded, "leaf \(index) of \(size), \(seed)")
                let old = Int64.random(in: 1..<size, using: &random)
                let isConsistent = isMadeOfFew(TreeProof.consistency(from: old, to: size))
                #expect(isConsistent, "from \(old) to \(size), \(seed)")
            }
        }
    }

    /// Whether the path is that made of all leaves, and read few hashes of each level.
    private func isMadeOfFew(_ ranges: [Range<Int64>]) -> Bool {
        let log = Self.log
        var read = [0, 0, 0]
        let path = TreeProof.path(ranges) { run in
            read[run.level] += run.indices.count
            return log.read(run)
        }
        return path == NaiveTree.path(ranges, in: log.leaves) && read.allSatisfy { $0 <= 511 }
    }
}
