import Foundation
import TestSupport
import Testing

/// The style that a reviewer should not have to mention.
@Suite("Style")
struct StyleTests {
    @Test("a Swift file stays below 300 lines", arguments: SourceTree.swiftFiles)
    func fileLength(file: SourceFile) {
        #expect(file.lines.count <= 300, "\(file) has \(file.lines.count) lines")
    }

    @Test("no source carries what belongs in an issue or in a crash report")
    func bannedMarks() {
        let banned = ["TODO", "FIXME", "fatalError(", "try!", "as!"]
        for file in SourceTree.swiftFiles where file.module != "TidyTests" {
            for (number, line) in file.code {
                for mark in banned where line.contains(mark) {
                    Issue.record("\(file):\(number): \(mark)")
                }
            }
        }
    }

    @Test("nothing is called Manager, Helper, Util or Impl")
    func bannedNames() async throws {
        let named = try await onOwnThread {
            SourceTree.swiftFiles.flatMap { file in
                let name = file.path.split(separator: "/").last ?? ""
                let isNamed = name.contains(/(Manager|Helper|Util|Utils|Impl)\.swift$/)
                let lines = file.code.filter {
                    $0.line.contains(
                        /\b(class|struct|enum|protocol|actor) \w*(Manager|Helper|Util|Impl)\b/)
                }
                return (isNamed ? ["\(file)"] : [])
                    + lines.map { "\(file):\($0.number): \($0.line)" }
            }
        }
        #expect(named == [])
    }

    @Test("tests await conditions and never sleep a fixed time")
    func noSleeps() async throws {
        let sleeping = try await onOwnThread {
            let files = SourceTree.swiftFiles.filter {
                $0.isTest && !["TidyTests", "TestSupport", "Benchmarks"].contains($0.module)
            }
            return files.flatMap { file in
                file.code.filter {
                    $0.line.contains(/Task\.sleep|usleep\(|nanosleep\(|Thread\.sleep|\bsleep\(/)
                }.map { "\(file):\($0.number): \($0.line)" }
            }
        }
        #expect(sleeping == [])
    }

    @Test("an unchecked Sendable says why it is safe")
    func uncheckedIsExplained() {
        for file in SourceTree.swiftFiles where !file.isTest {
            for (index, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let above = file.lines[max(0, index - 12)...index]
                #expect(above.contains { $0.contains("//") }, "\(file):\(index + 1): say why")
            }
        }
    }

    @Test("the toolchain's formatter finds nothing to change")
    func format() async throws {
        let complaints = try await onOwnThread { try Self.lint() }
        #expect(complaints == "")
    }

    /// What the formatter says if it would change anything.
    private static func lint() throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "format", "lint", "--strict", "--parallel", "--recursive",
            "Package.swift", "Shared", "Services", "Tests",
        ]
        process.currentDirectoryURL = SourceTree.root
        let output = Pipe()
        process.standardError = output
        try process.run()
        let complaints = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? "" : "it failed: " + complaints
    }

    @Test("the top level holds what the layout names and nothing else")
    func topLevel() throws {
        let visible = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
        let layout: Set<String> = [
            "CONTRIBUTING.md", "LICENSE", "Package.swift", "README.md", "Services", "Shared",
            "Tests", "deploy",
        ]
        #expect(Set(visible) == layout)
    }
}

extension SourceFile {
    /// The numbered lines that are code: without comment lines.
    var code: [(number: Int, line: String)] {
        lines.enumerated().compactMap { index, line in
            let trimmed = line.drop { $0 == " " }
            return trimmed.hasPrefix("//") ? nil : (index + 1, line)
        }
    }
}
