// Compiles the modules named by its arguments with the first Vulkan device's driver, and prints for each a line of
// "name value" pairs, as many as the driver tells, separated by tabs; the texts it gives (such as the machine's
// instructions) go to FILE.NAME.txt.
#include <stdio.h>
#include <stdlib.h>
#include <vulkan/vulkan.h>

static void check(VkResult result, const char *what) {
  if (result == VK_SUCCESS) return;
  fprintf(stderr, "%s: error %d\n", what, result);
  exit(1);
}

static VkShaderModule load(VkDevice device, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(1); }
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  uint32_t *code = malloc(size);
  if (fread(code, size, 1, file) != 1) { perror(path); exit(1); }
  fclose(file);
  VkShaderModuleCreateInfo info = {VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size, .pCode = code};
  VkShaderModule made;
  check(vkCreateShaderModule(device, &info, NULL, &made), path);
  free(code);
  return made;
}

static void keep_texts(VkDevice device, VkPipelineExecutableInfoKHR *executable, const char *path) {
  PFN_vkGetPipelineExecutableInternalRepresentationsKHR get =
      (PFN_vkGetPipelineExecutableInternalRepresentationsKHR)vkGetDeviceProcAddr(
          device, "vkGetPipelineExecutableInternalRepresentationsKHR");
  uint32_t count = 0;
  get(device, executable, &count, NULL);
  VkPipelineExecutableInternalRepresentationKHR *texts = calloc(count, sizeof *texts);
  for (uint32_t n = 0; n < count; n++) {
    texts[n].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  }
  get(device, executable, &count, texts);
  for (uint32_t n = 0; n < count; n++) texts[n].pData = malloc(texts[n].dataSize + 1);
  get(device, executable, &count, texts);
  for (uint32_t n = 0; n < count; n++) {
    char name[4096];
    snprintf(name, sizeof name, "%s.%s.txt", path, texts[n].name);
    FILE *file = fopen(name, "wb");
    // The size counts the end of the string.
    if (file && texts[n].dataSize > 0) fwrite(texts[n].pData, texts[n].dataSize - 1, 1, file);
    if (file) fclose(file);
    free(texts[n].pData);
  }
  free(texts);
}

static void print_statistics(VkDevice device, VkPipelineExecutableInfoKHR *executable) {
  PFN_vkGetPipelineExecutableStatisticsKHR get = (PFN_vkGetPipelineExecutableStatisticsKHR)vkGetDeviceProcAddr(
      device, "vkGetPipelineExecutableStatisticsKHR");
  uint32_t count = 0;
  get(device, executable, &count, NULL);
  VkPipelineExecutableStatisticKHR *values = calloc(count, sizeof *values);
  for (uint32_t n = 0; n < count; n++) values[n].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  get(device, executable, &count, values);
  for (uint32_t n = 0; n < count; n++) {
    int real = values[n].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR;
    printf(real ? "%s%s %g" : "%s%s %.0f", n ? "\t" : "", values[n].name,
           real ? values[n].value.f64 : (double)values[n].value.u64);
  }
  printf("\n");
  free(values);
}

int main(int count, char **paths) {
  VkApplicationInfo application = {VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_2};
  VkInstanceCreateInfo instance_info = {VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
  VkInstance instance;
  check(vkCreateInstance(&instance_info, NULL, &instance), "vkCreateInstance");
  uint32_t one = 1;
  VkPhysicalDevice physical;
  vkEnumeratePhysicalDevices(instance, &one, &physical);
  if (one == 0) { fprintf(stderr, "no Vulkan device\n"); return 1; }

  // What Deno asks of a device: the checks of bounds are the driver's.
  VkPhysicalDeviceRobustness2FeaturesEXT robust = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT, NULL, 1, 1, 0};
  VkPhysicalDeviceVulkanMemoryModelFeatures memory = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES, &robust, 1, 0, 0};
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR statistics = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, &memory, 1};
  VkPhysicalDeviceFeatures features = {.robustBufferAccess = 1};
  const char *extensions[] = {VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME, VK_EXT_ROBUSTNESS_2_EXTENSION_NAME};
  float priority = 1;
  VkDeviceQueueCreateInfo queue = {VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
  VkDeviceCreateInfo device_info = {VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &statistics, .queueCreateInfoCount = 1,
      .pQueueCreateInfos = &queue, .enabledExtensionCount = 2, .ppEnabledExtensionNames = extensions,
      .pEnabledFeatures = &features};
  VkDevice device;
  check(vkCreateDevice(physical, &device_info, NULL, &device), "vkCreateDevice");

  // As src/gpu/kernel.ts binds: storage at 0 to 7, parameters at 8.
  VkDescriptorSetLayoutBinding bindings[9] = {{0}};
  for (int n = 0; n < 9; n++) {
    bindings[n].binding = n;
    bindings[n].descriptorType = n < 8 ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER : VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC;
    bindings[n].descriptorCount = 1;
    bindings[n].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
  }
  VkDescriptorSetLayoutCreateInfo set_info = {VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 9, .pBindings = bindings};
  VkDescriptorSetLayout set;
  check(vkCreateDescriptorSetLayout(device, &set_info, NULL, &set), "vkCreateDescriptorSetLayout");
  VkPipelineLayoutCreateInfo layout_info = {VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &set};
  VkPipelineLayout layout;
  check(vkCreatePipelineLayout(device, &layout_info, NULL, &layout), "vkCreatePipelineLayout");

  for (int n = 1; n < count; n++) {
    VkComputePipelineCreateInfo info = {VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO, .layout = layout,
        .flags = VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR,
        .stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_COMPUTE_BIT,
            .module = load(device, paths[n]), .pName = "main"}};
    VkPipeline pipeline;
    check(vkCreateComputePipelines(device, NULL, 1, &info, NULL, &pipeline), paths[n]);
    VkPipelineExecutableInfoKHR executable = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, 0};
    print_statistics(device, &executable);
    keep_texts(device, &executable, paths[n]);
  }
  return 0;
}
