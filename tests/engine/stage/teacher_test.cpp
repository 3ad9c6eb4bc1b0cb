// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/teacher.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/stage/distil.hpp"
#include "engine/stage/stages.hpp"
#include "engine/store/export.hpp"
#include "fedmrn/images.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

const DataShape images = shape_of_images({28, 28, 1}, 10);

/// A folder with a run's model.
class TeacherFile : public ::testing::Test {
protected:
    std::string write(const Model& model, const std::vector<float>& values,
                      const Metadata& about = {{"model", "lenet5"}}) {
        export_model(folder / "t.safetensors", model, values, about);
        return (folder / "t.safetensors").string();
    }
    DistilOptions options(const std::string& model = "") const {
        DistilOptions made;
        made.teacher = (folder / "t.safetensors").string();
        made.teacher_model = model;
        return made;
    }
    /// Whether reading it is one line that names the key and the file before these words.
    ::testing::AssertionResult refused(const std::string& words, const std::string& model = "",
                                       const DataShape& data = images) {
        const DistilOptions said = options(model);
        return one_line([&] { read_teacher(said, data); }, words);
    }
    const TemporaryFolder folder;
    const Model lenet = make_model({"lenet5"}, images);
    const std::vector<float> state = random_state(lenet, 1);
    const std::string key = "stage.distil.teacher: " + (folder / "t.safetensors").string() + ": ";
};

/// Convolutions and what reads an image are turned to PyTorch's order and back.
TEST_F(TeacherFile, IsReadAsItWasWritten) {
    for (const char* name : {"logistic", "mlp", "lenet5", "cnn2", "cnn4"}) {
        const Model model = make_model({name}, images);
        const std::vector<float> written = random_state(model, 2);
        const std::string path = write(model, written, {{"model", name}});
        EXPECT_EQ(read_state(path, model), written) << name;
        const Teacher teacher = read_teacher(options(), images);
        EXPECT_EQ(teacher.model.name, name);
        EXPECT_EQ(teacher.state, written);
    }
}

TEST_F(TeacherFile, SaysItsModelOrIsTold) {
    write(lenet, state, {});
    EXPECT_TRUE(refused("stage.distil.teacher_model: expected a model, as in \"cnn4\"; "));
    EXPECT_EQ(read_teacher(options("lenet5"), images).state, state);
    EXPECT_TRUE(refused("stage.distil.teacher_model: model.name: expected", "lenet"));
    EXPECT_TRUE(refused("stage.distil.teacher_model: ", "lenet5, cnn4"));
    EXPECT_TRUE(refused(key, "cnn4"));
}

TEST_F(TeacherFile, ThatIsNoneIsOneLine) {
    EXPECT_TRUE(refused("stage.distil.teacher: "));
    EXPECT_TRUE(refused("No such file"));
    spill(folder / "t.safetensors", "round,loss\n1,2.3\n");
    EXPECT_TRUE(refused(key + "expected a model.safetensors, as a run leaves it"));
    const std::string path = write(lenet, state);
    spill(path, slurp(path).substr(0, 4000));
    EXPECT_TRUE(refused("truncated"));
}

/// Who only reads messages has no use for a teacher, and asks for none.
TEST_F(TeacherFile, IsReadForTrainingAlone) {
    Config config;
    config.stages = {{"distil", {{"teacher", options().teacher}}}};
    EXPECT_EQ(make_stages(config, lenet.layout).teacher(), nullptr);
    EXPECT_TRUE(
        one_line([&] { make_stages(config, lenet.layout, &images); }, "cannot read: No such file"));
    write(lenet, state);
    const Stages stages = make_stages(config, lenet.layout, &images);
    ASSERT_NE(stages.teacher(), nullptr);
    EXPECT_EQ(stages.teacher()->temperature, 4);
    EXPECT_EQ(stages.teacher()->weight, 0.5);
    EXPECT_EQ(stages.teacher()->state, state);
}

TEST_F(TeacherFile, OfOtherDataIsOneLine) {
    write(lenet, state);
    const DataShape colours = shape_of_images({32, 32, 3}, 10),
                    letters = shape_of_images({28, 28, 1}, 26);
    EXPECT_TRUE(refused(key + "conv1.weight is F32 of 6x1x5x5, lenet5 for this data set has F32 "
                              "of 6x3x5x5",
                        "", colours));
    EXPECT_TRUE(
        refused(" is F32 of 10x84, lenet5 for this data set has F32 of 26x84", "", letters));
}

TEST_F(TeacherFile, WithOtherTensorsOrValuesIsOneLine) {
    std::vector<float> odd = state;
    odd[7] = std::nanf("");
    write(lenet, odd);
    EXPECT_TRUE(refused(key + "conv1.weight: value 7 is not finite"));
    Model more = lenet;
    more.layout.tensors.push_back({"extra", Role::dense, {2}, more.layout.state, {}, {}});
    more.layout.state += 2;
    write(more, random_state(more, 1));
    EXPECT_TRUE(refused(key + "it has extra, which lenet5 has not"));
    Model fewer = lenet;
    const std::string gone = fewer.layout.tensors.back().name;
    fewer.layout.state -= fewer.layout.tensors.back().elements();
    fewer.layout.tensors.pop_back();
    write(fewer, random_state(fewer, 1));
    EXPECT_TRUE(refused(key + "no " + gone + ", which lenet5 has"));
}

} // namespace
} // namespace fedmrn::test
