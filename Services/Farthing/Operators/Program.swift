import ArgumentParser
import Glibc

/// One of the other programs that lie beside this one.
struct Program {
    private let path: String

    init(_ name: String) { path = "\(StackOptions.ownDirectory)/\(name)" }

    /// Becomes that program, with these variables added to the environment: its output, its errors
    /// and its exit status are ours. Returns only by throwing `ExitCode`, if there is no such
    /// program.
    func become(_ arguments: [String], environment: [String: String] = [:]) throws -> Never {
        for (name, value) in environment { setenv(name, value, 1) }
        var words = ([path] + arguments).map { strdup($0) as UnsafeMutablePointer<CChar>? }
        words.append(nil)
        execv(path, words)
        Terminal().error("farthing: cannot run \(path): \(String(cString: strerror(errno)))")
        throw ExitCode.failure
    }
}
